"""Sessions: their visitors, times and outcomes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from shoplib.analytics import exact
from shoplib.analytics.clean import by_time, moments
from shoplib.analytics.conditions import has, part
from shoplib.analytics.sources import Source, frame
from shoplib.core.events import AFTER_VISITS
from shoplib.errors import LabError

Codes = npt.NDArray[np.int64]

GAP = pd.Timedelta(minutes=30)
# Where a table of events keeps its rule, among pandas' attrs.
RULE = "sessions"
NEEDED = ("event_id", "event_time", "event_name", "user_id", "anonymous_id", "channel")
TRAITS = ("device", "source", "country")
FLAGS = {"cart": "add_to_cart", "checkout": "begin_checkout", "purchased": "purchase"}
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


@dataclass(frozen=True)
class Rule:
    """What defines a session: no more than `gap` between events, or with `by_id`, the events' `session_id`."""

    gap: pd.Timedelta = GAP
    by_id: bool = False


def with_rule(events: pd.DataFrame, gap: object = None, by_id: bool = False) -> pd.DataFrame:
    """The same events with another session rule for all analyses: a `gap` ("45 min") other than 30 minutes, or the
    events' own IDs (`by_id`: events of one visitor with the same session_id are one session; events without one use the
    gap). LabError for an invalid duration, and if there are no session IDs.
    """
    if by_id and ("session_id" not in events or events.session_id.isna().all()):
        raise LabError("no event has a session_id", "map the column that has it, or use a gap")
    ruled = events.copy(deep=False)
    ruled.attrs = {**events.attrs, RULE: Rule(_gap(gap), by_id)}
    return ruled


def _gap(value: object) -> pd.Timedelta:
    try:
        gap = GAP if value is None else pd.Timedelta(value)
    except ValueError:
        gap = pd.Timedelta(-1)
    if not gap > pd.Timedelta(0):
        raise LabError(f"a gap of {value!r} is not a valid duration", 'use "30 min", "1 h" or a timedelta')
    return gap


def rule_of(events: pd.DataFrame) -> Rule:
    """The session rule of a table of events."""
    rule = events.attrs.get(RULE)
    return rule if isinstance(rule, Rule) else Rule()


def columns_to_read(events: pd.DataFrame, columns: Sequence[str] = ()) -> list[str]:
    """The columns that `with_sessions` reads, and `columns`."""
    return [*NEEDED, *(["session_id"] if rule_of(events).by_id else []), *columns]


def visitor(events: pd.DataFrame) -> pd.Series:
    """The visitor of each event: the signed-in user, else the only user that its anonymous_id signed in as, else the
    anonymous_id.
    """
    codes, names = _visitors(events)
    return pd.Series(names.take(codes), index=events.index, name="visitor")


def _visitors(events: pd.DataFrame) -> tuple[Codes, pd.Index]:
    """Each event's visitor as an index in the sorted names. Expensive steps use integers."""
    anonymous, ids = pd.factorize(events.anonymous_id)
    if (anonymous < 0).any():
        raise LabError(f"{(anonymous < 0).sum()} events have no anonymous_id", "set it on every event; clean() does")
    users, known = pd.factorize(events.user_id)
    pairs = pd.DataFrame({"id": anonymous, "user": users})[users >= 0].drop_duplicates()
    single = pairs[~pairs.duplicated("id", keep=False)]
    names = pd.Index(ids).union(pd.Index(known)) if len(known) else pd.Index(ids).sort_values()
    of_id, of_user = names.get_indexer(ids), names.get_indexer(known)
    of_id[single.id] = of_user[single.user]
    return np.where(users >= 0, np.append(of_user, -1)[users], of_id[anonymous]).astype(np.int64), names


def with_sessions(events: pd.DataFrame, keep: Sequence[str] | None = None) -> pd.DataFrame:
    """Browsing events (channel web) in order of (visitor, event_time, event_id), with `visitor` and `session` (an
    integer from 0 in this order). `keep`: columns of the result besides event_time; fewer columns are faster.

    A session ends when its visitor makes no event for more than 30 minutes; a gap of exactly 30:00 does not end it.
    `with_rule` sets other rules; sessions by ID may overlap, but are consecutive in the result.
    """
    part(events, columns_to_read(events))
    # A refund or a cancellation is not a visit: it comes days after the one that it belongs to.
    web = events[~has(events.channel, "import") & ~has(events.event_name, AFTER_VISITS)]
    codes, names = _visitors(web)
    order = by_time(web)
    order = order[np.argsort(codes[order], kind="stable")]
    rule = rule_of(events)
    if rule.by_id:
        order = order[_by_id(codes[order], web.session_id.take(order), moments(web.event_time)[order], rule.gap)]
    codes, rows = codes[order], web[_columns_to_keep(web, keep)].take(order).reset_index(drop=True)
    starts = np.diff(codes, prepend=-1) != 0
    if rule.by_id:
        starts |= (
            np.diff(_own_ids(codes, web.session_id.take(order), moments(rows.event_time), rule.gap), prepend=-1) != 0
        )
    else:
        starts |= (rows.event_time.diff() > rule.gap).to_numpy()
    return rows.assign(visitor=names.take(codes), session=starts.cumsum() - 1)


def _own_ids(codes: Codes, ids_there: pd.Series, when: Codes, gap: pd.Timedelta) -> Codes:
    """Sessions of rows sorted by visitor: rows of one visitor and session ID, and runs of rows without an ID."""
    ids = pd.factorize(ids_there)[0]
    bare = ids < 0
    late = np.diff(when, prepend=when[:1]) > gap // pd.Timedelta(microseconds=1)
    begins = (np.diff(codes, prepend=-1) != 0) | (late & bare) | (bare & ~np.append(False, bare[:-1]))
    key = np.where(bare, -1 - begins.cumsum(), ids)
    return pd.DataFrame({"visitor": codes, "key": key}).groupby(["visitor", "key"], sort=False).ngroup().to_numpy()


def _by_id(codes: Codes, ids_there: pd.Series, when: Codes, gap: pd.Timedelta) -> Codes:
    """The sort order that makes the rows of a session consecutive, with sessions in order of their first row."""
    return np.argsort(_own_ids(codes, ids_there, when, gap), kind="stable")


def _columns_to_keep(events: pd.DataFrame, keep: Sequence[str] | None) -> list[str]:
    return list(events.columns) if keep is None else list(dict.fromkeys(["event_time", *keep]))


def visitor_numbers(rows: pd.DataFrame) -> Codes:
    """The visitors of the result of `with_sessions`, row by row, as integers from 0."""
    session = rows.session.to_numpy()
    first = np.flatnonzero(np.diff(session, prepend=-1))
    # Rows are in order of their visitors.
    return pd.factorize(rows.visitor.take(first))[0][session]


def sessions(events: Source) -> pd.DataFrame:
    """One row per session of cleaned events or a scan: visitor, start and end, `day` of its start (in the time zone of
    event_time), first device, source and country, number of events, whether it has an add_to_cart, a begin_checkout and
    a purchase, and its `revenue` (Decimal, major units, purchases only).
    """
    rows = with_sessions(frame(events, [*NEEDED, *TRAITS, "value_minor"]))
    return table_of(rows, TRAITS, FLAGS).assign(revenue=_revenue(rows, rows.session.to_numpy()))[COLUMNS]


def table_of(rows: pd.DataFrame, traits: Sequence[str], flags: Mapping[str, str]) -> pd.DataFrame:
    """The result of `with_sessions` by session: the first value of each of the `traits`, and whether an event of each
    of the `flags` occurs.
    """
    session, names = rows.session.to_numpy(), rows.event_name
    firsts = np.flatnonzero(np.diff(session, prepend=-1))
    lasts = np.append(firsts, len(rows))[1:] - 1
    start = rows.event_time.take(firsts).array
    table = {
        "visitor": rows.visitor.take(firsts).array,
        "start": start,
        "end": rows.event_time.take(lasts).array,
        "day": pd.Series(start).dt.date,
        **{column: _first_values(rows[column], session) for column in traits},
        "events": lasts - firsts + 1,
        **{flag: _any(has(names, name), firsts) for flag, name in flags.items()},
    }
    return pd.DataFrame({"session": np.arange(len(firsts)), **table})


def _any(happened: npt.NDArray[np.bool_], firsts: Codes) -> npt.NDArray[np.bool_]:
    return np.maximum.reduceat(happened, firsts) if len(firsts) else happened


def _first_values(values: pd.Series, session: Codes) -> Any:
    """Each session's first value that is not null."""
    places_there = np.flatnonzero(values.notna())
    places_there = places_there[np.diff(session[places_there], prepend=-1) != 0]
    places = np.full(_count(session), -1)
    places[session[places_there]] = places_there
    return values.array.take(places, allow_fill=True)


def _revenue(rows: pd.DataFrame, session: Codes) -> Any:
    """The revenue of each session; equal amounts, mostly zero, are converted to Decimals once."""
    is_purchase = has(rows.event_name, "purchase")
    sums = np.zeros(_count(session), dtype=np.int64)
    np.add.at(sums, session[is_purchase], exact.units(rows.value_minor[is_purchase]))
    amounts, which = np.unique(sums, return_inverse=True)
    return np.array([exact.major(amount) for amount in amounts], dtype=object)[which]


def _count(session: Codes) -> int:
    return int(session[-1]) + 1 if len(session) else 0
