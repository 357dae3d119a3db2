"""The same three questions, answered by us, and by DuckDB and pandas as an analyst writes them. A process runs one.

`python -m bench.analytics.contenders <lake> <question> <contender>` prints seconds, peak memory (MB) and the answer.
The others read the same compacted files. They do not know our rule for repeated order lines: the lake has none.
"""

import json
import resource
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import duckdb
import pandas as pd

from shoplib import analytics
from shoplib.core import lake as layout
from shoplib.core.lake import manifests

Answer = list[list[object]]
STEPS = ["view_item", "add_to_cart", "begin_checkout", "purchase"]
GAP = pd.Timedelta(minutes=30)

# Integer keys, no text is sorted, and nothing is carried along that the question does not need.
VISITS = """
known AS (
    SELECT anonymous_key, min(user_key) AS one FROM browsing WHERE user_key IS NOT NULL
    GROUP BY 1 HAVING min(user_key) = max(user_key)
), named AS (
    SELECT coalesce(user_key, one, anonymous_key) AS visitor, n, event_time, event_code, device
    FROM browsing LEFT JOIN known USING (anonymous_key)
), marked AS (
    SELECT *, coalesce(event_time - lag(event_time) OVER (PARTITION BY visitor ORDER BY n) > INTERVAL 30 MINUTE, true)
        AS begins
    FROM named
), visits AS (
    SELECT *, sum(begins::INTEGER) OVER (PARTITION BY visitor ORDER BY n ROWS UNBOUNDED PRECEDING) AS session
    FROM marked
)"""
FUNNEL = f"""
WITH {VISITS},
began AS (SELECT visitor, session, min(event_time)::DATE AS day FROM visits GROUP BY ALL),
viewed AS (
    SELECT visitor, session, min(n) AS n, arg_min(device, n) AS device FROM visits WHERE event_code = 1 GROUP BY ALL
), carted AS (
    SELECT v.visitor, v.session, min(v.n) AS n FROM visits v JOIN viewed b USING (visitor, session)
    WHERE event_code = 3 AND v.n > b.n GROUP BY ALL
), checked AS (
    SELECT v.visitor, v.session, min(v.n) AS n FROM visits v JOIN carted b USING (visitor, session)
    WHERE event_code = 5 AND v.n > b.n GROUP BY ALL
), bought AS (
    SELECT v.visitor, v.session, min(v.n) AS n FROM visits v JOIN checked b USING (visitor, session)
    WHERE event_code = 7 AND v.n > b.n GROUP BY ALL
)
SELECT day::VARCHAR, viewed.device, count(*), count(carted.n), count(checked.n), count(bought.n)
FROM viewed JOIN began USING (visitor, session) LEFT JOIN carted USING (visitor, session)
    LEFT JOIN checked USING (visitor, session) LEFT JOIN bought USING (visitor, session)
GROUP BY ALL"""
CONVERSION = f"""
WITH {VISITS},
sessions AS (
    SELECT arg_min(device, n) AS device, bool_or(event_code = 7) AS bought FROM visits GROUP BY visitor, session
)
SELECT device, count(*), count(*) FILTER (bought) FROM sessions GROUP BY ALL"""
REVENUE = """
SELECT category, strftime(event_time AT TIME ZONE 'UTC', '%Y-%m-%d'),
    count(DISTINCT order_id) FILTER (event_name = 'purchase'),
    sum(CASE event_name WHEN 'purchase' THEN quantity ELSE -quantity END)::BIGINT,
    sum(CASE event_name WHEN 'purchase' THEN value_minor ELSE -value_minor END)::DECIMAL(24, 3) * 0.01
FROM events WHERE event_name IN ('purchase', 'refund') AND NOT is_bot GROUP BY ALL"""


def _ours(engine: str) -> dict[str, Callable[[Path], Answer]]:
    def funnel(lake: Path) -> Answer:
        table = analytics.funnel(analytics.scan(lake), by=["day", "device"], engine=engine)
        wide = table.set_index(["day", "device", "step"]).sessions.unstack()[STEPS].reset_index()
        return [[str(row[0]), *row[1:]] for row in wide.to_numpy().tolist()]

    def conversion(lake: Path) -> Answer:
        table = analytics.conversion_rate(analytics.scan(lake), by="device", engine=engine)
        return table[["device", "sessions", "purchases"]].to_numpy().tolist()

    def revenue(lake: Path) -> Answer:
        table = analytics.sales_by(analytics.scan(lake), ["category", "day"], engine=engine)
        return [[row.category, row.day, row.orders, row.pieces, f"{row.revenue:.2f}"] for row in table.itertuples()]

    return {"funnel": funnel, "conversion": conversion, "revenue": revenue}


def _in_duckdb(query: str) -> Callable[[Path], Answer]:
    def answer(lake: Path) -> Answer:
        with duckdb.connect() as connection:
            files = [str(file) for file in _files(lake)]
            number = f"file_index::BIGINT * {2**32} + file_row_number AS n"
            connection.execute(f"CREATE VIEW events AS SELECT *, {number} FROM read_parquet({files})")
            connection.execute("""CREATE VIEW browsing AS SELECT * FROM events
                WHERE NOT is_bot AND channel <> 'import' AND event_code <> 8""")
            return [_told(row) for row in connection.execute(query).fetchall()]

    return answer


def _told(row: tuple[object, ...]) -> list[object]:
    return [f"{cell:.2f}" if isinstance(cell, Decimal) else cell for cell in row]


def _files(lake: Path) -> list[Path]:
    """In order of time: a day's manifest names its parts in it, their own names do not tell."""
    objects = analytics.open_lake(lake).objects
    days = manifests.days(objects, [layout.CURATED])
    return [lake / part.key for day in days for part in manifests.current(objects, day)[0].parts]


def _read(lake: Path) -> pd.DataFrame:
    events = pd.concat([pd.read_parquet(file) for file in _files(lake)], ignore_index=True)
    return events[~events.is_bot & (events.channel != "import")]


def _visits(events: pd.DataFrame) -> pd.DataFrame:
    web = events[events.event_name != "refund"]
    pairs = web[["anonymous_id", "user_id"]].dropna().drop_duplicates().drop_duplicates("anonymous_id", keep=False)
    known = web.anonymous_id.map(pairs.set_index("anonymous_id").user_id)
    web = web.assign(visitor=web.user_id.fillna(known).fillna(web.anonymous_id))
    web = web.sort_values(["visitor", "event_time", "event_id"])
    first = (web.visitor != web.visitor.shift()) | (web.event_time.diff() > GAP)
    return web.assign(session=first.cumsum(), at=range(len(web)))


def _naive_funnel(lake: Path) -> Answer:
    visits = _visits(_read(lake))
    days = visits.groupby("session").event_time.min().dt.strftime("%Y-%m-%d")
    reached = visits[visits.event_name == STEPS[0]].groupby("session").agg(device=("device", "first"), at=("at", "min"))
    table, last = reached.assign(day=days, view_item=1), reached["at"]
    for step in STEPS[1:]:
        own = visits[visits.event_name == step]
        own = own[own["at"] > own.session.map(last)]
        last = own.groupby("session")["at"].min()
        table[step] = last.reindex(table.index).notna().astype(int)
    return table.groupby(["day", "device"])[STEPS].sum().reset_index().to_numpy().tolist()


def _naive_conversion(lake: Path) -> Answer:
    visits = _visits(_read(lake))
    bought = (visits.event_name == "purchase").groupby(visits.session).any()
    sessions = pd.DataFrame({"device": visits.groupby("session").device.first(), "bought": bought})
    return sessions.groupby("device").bought.agg(["size", "sum"]).reset_index().to_numpy().tolist()


def _naive_revenue(lake: Path) -> Answer:
    events = _read(lake)
    sales = events[events.event_name.isin(["purchase", "refund"])]
    sales = sales.assign(day=sales.event_time.dt.strftime("%Y-%m-%d"), bought=sales.event_name == "purchase")
    sign = sales.bought.map({True: 1, False: -1})
    sales = sales.assign(pieces=sales.quantity * sign, money=sales.value_minor * sign / 100)
    sums = sales.groupby(["category", "day"])[["pieces", "money"]].sum()
    orders = sales[sales.bought].groupby(["category", "day"]).order_id.nunique().reindex(sums.index, fill_value=0)
    rows = sums.assign(orders=orders).reset_index().itertuples()
    return [[row.category, row.day, row.orders, int(row.pieces), f"{row.money:.2f}"] for row in rows]


CONTENDERS: dict[str, dict[str, Callable[[Path], Answer]]] = {
    "auto": _ours("auto"),
    "pandas": _ours("pandas"),
    "DuckDB by hand": {
        "funnel": _in_duckdb(FUNNEL),
        "conversion": _in_duckdb(CONVERSION),
        "revenue": _in_duckdb(REVENUE),
    },
    "naive pandas": {"funnel": _naive_funnel, "conversion": _naive_conversion, "revenue": _naive_revenue},
}


def main() -> None:
    lake, question, contender = sys.argv[1:]
    began = time.perf_counter()
    answer = CONTENDERS[contender][question](Path(lake))
    took = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": took, "megabytes": peak, "answer": sorted(answer)}, default=str))


if __name__ == "__main__":
    main()
