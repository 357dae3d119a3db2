"""Visits: who came, from when to when, and what came of it."""

import pandas as pd

from shoplib.analytics import exact

GAP = pd.Timedelta(minutes=30)
COLUMNS = [
    "session",
    "visitor",
    "start",
    "end",
    "day",
    "device",
    "source",
    "country",
    "events",
    "cart",
    "checkout",
    "purchased",
    "revenue",
]


def visitor(events: pd.DataFrame) -> pd.Series:
    """Who made each event: the signed-in user, else the one user that its anonymous_id signed in as, else that id."""
    known = events.dropna(subset=["user_id"]).drop_duplicates(["anonymous_id", "user_id"])
    single = known[~known.duplicated("anonymous_id", keep=False)].set_index("anonymous_id").user_id
    anonymous = events.anonymous_id.astype(object)
    stitched = anonymous.map(single.to_dict())
    return events.user_id.astype(object).where(events.user_id.notna(), stitched.where(stitched.notna(), anonymous))


def with_sessions(events: pd.DataFrame) -> pd.DataFrame:
    """Browsing events (channel web) in order, with `visitor` and `session` (an integer from 0).

    A session ends when its visitor makes no event for more than 30 minutes; a gap of exactly 30:00 does not end it.
    """
    # A refund is not a visit: it comes days after the one that it belongs to.
    web = events[(events.channel != "import") & (events.event_name != "refund")]
    web = web.assign(visitor=visitor(web)).sort_values(["visitor", "event_time", "event_id"], ignore_index=True)
    starts = web.visitor.ne(web.visitor.shift()) | (web.event_time.diff() > GAP)
    return web.assign(session=starts.cumsum() - 1)


def sessions(events: pd.DataFrame) -> pd.DataFrame:
    """One row per session of cleaned events: visitor, start and end (UTC), `day` of its start, first device, source and
    country, number of events, whether something went into a cart, whether a checkout was begun, whether there was a
    purchase, and its `revenue` (Decimal, major units, purchases only)."""
    rows = with_sessions(events)
    if rows.empty:
        return pd.DataFrame(columns=COLUMNS)
    rows = rows.assign(
        cart=rows.event_name == "add_to_cart",
        checkout=rows.event_name == "begin_checkout",
        purchased=rows.event_name == "purchase",
        units=exact.units(rows.value_minor.where(rows.event_name == "purchase")),
    )
    table = rows.groupby("session", as_index=False).agg(
        visitor=("visitor", "first"),
        start=("event_time", "min"),
        end=("event_time", "max"),
        device=("device", "first"),
        source=("source", "first"),
        country=("country", "first"),
        events=("event_id", "size"),
        cart=("cart", "any"),
        checkout=("checkout", "any"),
        purchased=("purchased", "any"),
        units=("units", "sum"),
    )
    return table.assign(day=table.start.dt.date, revenue=table.units.map(exact.major))[COLUMNS]
