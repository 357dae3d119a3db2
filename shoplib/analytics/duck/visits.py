"""Sessions in DuckDB, as defined by `analytics.sessions`."""

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd
from duckdb import DuckDBPyConnection

from shoplib.analytics.duck.opening import open_view
from shoplib.analytics.scan import Scan
from shoplib.core.events import AFTER_VISITS, NAMES

GAP = 30 * 60 * 1_000_000  # microseconds
COLUMNS = ("event_time", "event_code", "channel", "anonymous_key", "user_key")

AFTER = ", ".join(str(NAMES.index(name)) for name in AFTER_VISITS)
WEB = f"""
CREATE TEMP VIEW web AS
SELECT * FROM events WHERE channel IS DISTINCT FROM 'import' AND (event_code IS NULL OR event_code NOT IN ({AFTER}))
"""
# The one user that an anonymous_id signed in as.
SIGNED_IN = """
CREATE TEMP TABLE signed_in AS
SELECT anonymous_key, min(user_key) AS one FROM web WHERE user_key IS NOT NULL
GROUP BY anonymous_key HAVING min(user_key) = max(user_key)
"""
VISITING = f"""
CREATE TEMP VIEW visiting AS
WITH named AS (
    SELECT web.*, epoch_us(event_time) AS moment, coalesce(user_key, one, anonymous_key) AS visitor
    FROM web LEFT JOIN signed_in USING (anonymous_key)
)
SELECT *, coalesce(moment - lag(moment) OVER (PARTITION BY visitor ORDER BY n) > {GAP}, true) AS begins FROM named
"""


def day_of(scan: Scan) -> str:
    """The day of `began`, the start of a session, in the scan's time zone."""
    return f"(make_timestamptz(began) AT TIME ZONE '{scan.time_zone}')::DATE"


def prepare(connection: DuckDBPyConnection) -> None:
    """The view `visiting`: browsing events with `visitor`, `moment` (microseconds), and whether a session `begins`."""
    for statement in (WEB, SIGNED_IN, VISITING):
        connection.execute(statement)


def number_sessions(rows: str) -> str:
    """Rows of a table (including all that begin sessions) with `session`, the `n` of its first event, and `began`."""
    return f"""
    SELECT *,
        max(CASE WHEN begins THEN n END) OVER visits AS session,
        max(CASE WHEN begins THEN moment END) OVER visits AS began
    FROM {rows} WINDOW visits AS (PARTITION BY visitor ORDER BY n ROWS UNBOUNDED PRECEDING)
    """


def count(scan: Scan, keys: Sequence[str], per: str, sums: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Sessions (visitors) per group: `keys` (day, or text columns of events), `of`, and for each of `sums` how many
    have all of these events."""
    names = sorted({name for needed in sums.values() for name in needed})
    texts = [key for key in keys if key != "day"]
    with open_view(scan, [*COLUMNS, *texts]) as connection:
        prepare(connection)
        connection.execute(f"CREATE TEMP TABLE kept AS {_select_events(connection, texts, names)}")
        groups = "sessions" if per == "session" else _visitors(keys, names, day_of(scan))
        by_key = [f"{day_of(scan)} AS day" if key == "day" and per == "session" else f'"{key}"' for key in keys]
        totals = [f'count(*) FILTER ({" AND ".join(needed)}) AS "{name}"' for name, needed in sums.items()]
        query = f"WITH sessions AS ({_sessions(texts, names)}) SELECT {', '.join([*by_key, 'count(*) AS of', *totals])}"
        return connection.execute(f"{query} FROM {groups} GROUP BY ALL").to_arrow_table().to_pandas()


def _select_events(connection: DuckDBPyConnection, texts: Sequence[str], names: Sequence[str]) -> str:
    """Events that begin sessions, are counted, or may be the first of their session with a value."""
    flags = [f"coalesce(event_code = {NAMES.index(name)}, false) AS {name}" for name in names]
    hidden = [text for text in texts if _is_missing(connection, text)]
    before = [f'lag("{text}") OVER (PARTITION BY visitor ORDER BY n) AS "{text} before"' for text in hidden]
    first_values = [f'"{text}" IS NOT NULL AND "{text} before" IS NULL' for text in hidden]
    columns = _list(["visitor", "n", "moment", "begins", *_quote_all(texts), *names])
    return f"""
    SELECT {columns} FROM (SELECT {_list(["*", *flags, *before])} FROM visiting)
    WHERE {" OR ".join(["begins", *names, *first_values])}
    """


def _is_missing(connection: DuckDBPyConnection, text: str) -> bool:
    return bool(connection.execute(f'SELECT 1 FROM web WHERE "{text}" IS NULL LIMIT 1').fetchall())


def _sessions(texts: Sequence[str], names: Sequence[str]) -> str:
    """One row per session. Most visitors have only the first events of sessions, which need no numbering."""
    first_values = [f"arg_min({text}, n) FILTER ({text} IS NOT NULL) AS {text}" for text in _quote_all(texts)]
    happened = [f"bool_or({name}) AS {name}" for name in names]
    plain = ["visitor", "n AS session", "moment AS began", *_quote_all(texts), *names]
    return f"""
    WITH longer AS (SELECT DISTINCT visitor FROM kept WHERE NOT begins),
         ordered AS ({number_sessions("kept SEMI JOIN longer USING (visitor)")})
    SELECT {_list(["any_value(visitor) AS visitor", "session", "any_value(began) AS began", *first_values, *happened])}
    FROM ordered GROUP BY session
    UNION ALL
    SELECT {_list(plain)} FROM kept ANTI JOIN longer USING (visitor)
    """


def _visitors(keys: Sequence[str], names: Sequence[str], day: str) -> str:
    """One row per visitor, with the values of their first session."""
    values = {key: day if key == "day" else f'"{key}"' for key in keys}
    first = [f'arg_min_null({value}, session) AS "{key}"' for key, value in values.items()]
    happened = [f"bool_or({name}) AS {name}" for name in names]
    return f"(SELECT {_list(['visitor', *first, *happened])} FROM sessions GROUP BY visitor)"


def _quote_all(names: Iterable[str]) -> list[str]:
    return [f'"{name}"' for name in names]


def _list(columns: Iterable[str]) -> str:
    return ", ".join(columns)
