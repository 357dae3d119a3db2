"""Funnels in DuckDB: ordered steps without a window, as defined by `analytics.funnel`."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
from duckdb import DuckDBPyConnection

from shoplib.analytics.duck.opening import open_view
from shoplib.analytics.duck.visits import COLUMNS, day_of, number_sessions, prepare
from shoplib.analytics.funnel_steps import Condition, Step, check_steps, condition
from shoplib.analytics.funnel_tables import NOBODY, TENTHS, Tally
from shoplib.analytics.scan import Scan
from shoplib.core import lake
from shoplib.core.events import NAMES

TEXTS = {field.name for field in lake.SCHEMA if field.type == pa.string()}
# Linear interpolation in tenths between two places of a sorted list, in whole numbers.
QUANTILE = """
CREATE TEMP MACRO quantile_in_tenths(sorted, tenths) AS
    sorted[(len(sorted) - 1) * tenths // 10 + 1] * (10 - (len(sorted) - 1) * tenths % 10)
    + coalesce(sorted[(len(sorted) - 1) * tenths // 10 + 2], 0) * ((len(sorted) - 1) * tenths % 10)
"""


def reason_not_duckdb(steps: Sequence[Step], by: Sequence[str], mode: str, window: Any, touch: str) -> str | None:
    """Why DuckDB cannot count this funnel; None if it can."""
    columns = {column for step in steps for column in condition(step)} | set(by) - {"day"}
    values = [value for step in steps for value in condition(step).values()]
    if mode != "ordered" or window is not None or touch != "first":
        return "it knows ordered steps without a window, and the first touch"
    if columns - TEXTS or not all(_is_text(value) for value in values):
        return f"it compares and groups texts, not {', '.join(sorted(columns - TEXTS)) or 'other values'}"
    return None


def _is_text(value: Any) -> bool:
    members = value if isinstance(value, list | tuple | set | frozenset) else [value]
    return all(member is None or isinstance(member, str) for member in members)


def tally_steps(scan: Scan, steps: Sequence[Step], by: Sequence[str], per: str) -> Tally:
    """The funnel's counts and waits."""
    texts = [column for column in by if column != "day"]
    own = {column for step in steps for column in condition(step)} - {"event_name"}
    others = {"event_name"} if any(_names_others(condition(step)) for step in steps) else set()
    with open_view(scan, [*COLUMNS, *texts, *sorted(own | others)]) as connection:
        prepare(connection)
        check_steps(steps, [*NAMES, *(_other_names(connection) if others else [])])
        parameters: list[str] = []
        rows = _select_steps([_sql(condition(step), parameters) for step in steps], texts)
        connection.execute(f"CREATE TEMP TABLE kept AS {rows}", parameters)
        connection.execute(f"CREATE TEMP TABLE happened AS SELECT * EXCLUDE begins FROM ({number_sessions('kept')})")
        connection.execute("DROP TABLE kept")
        connection.execute(QUANTILE)
        table = connection.execute(_units(len(steps), by, per, day_of(scan))).to_arrow_table().to_pandas()
    return _tally(table, len(steps), by)


def _select_steps(steps: Sequence[str], texts: Sequence[str]) -> str:
    flags = [f"coalesce({step}, false) AS is_{number}" for number, step in enumerate(steps)]
    names = [f"is_{number}" for number in range(len(steps))]
    columns = ["visitor", "n", "moment", "begins", *(f'"{text}"' for text in texts)]
    inner = f"SELECT {', '.join([*columns, *flags])} FROM visiting"
    return f"SELECT * FROM ({inner}) WHERE {' OR '.join(['begins', *names])}"


def _sql(step: Condition, parameters: list[str]) -> str:
    return " AND ".join(_has(column, value, parameters) for column, value in step.items()) or "true"


def _has(column: str, value: Any, parameters: list[str]) -> str:
    if isinstance(value, list | tuple | set | frozenset):
        return f"({' OR '.join(_has(column, each, parameters) for each in value) or 'false'})"
    if value is None:
        return f'"{column}" IS NULL'
    if column == "event_name" and value in NAMES:
        return f"event_code = {NAMES.index(value)}"
    parameters.append(value)
    return f'"{column}" = ?'


def _names_others(step: Condition) -> bool:
    """Whether a step has an event name that is not the shop's, or none: these have no code."""
    value = step.get("event_name", NAMES[0])
    members = value if isinstance(value, list | tuple | set | frozenset) else [value]
    return any(member not in NAMES for member in members)


def _other_names(connection: DuckDBPyConnection) -> list[str]:
    rows = connection.execute("SELECT DISTINCT event_name FROM web WHERE event_code IS NULL").fetchall()
    return [name for (name,) in rows if name is not None]


def _units(many: int, by: Sequence[str], per: str, day: str) -> str:
    """Per group and step: how many units reached it, and the quantiles of their waiting times."""
    queries = [_first(by, per, day), *(_next(number) for number in range(1, many))]
    joins = " ".join(f"LEFT JOIN step_{number} USING (owner)" for number in range(1, many))
    names = [f'"{name}"' for name in by]
    figures = [figure for number in range(many) for figure in _figures(number)]
    return f"""
    WITH {", ".join(queries)}
    SELECT {", ".join([*names, *figures])} FROM step_0 {joins} {f"GROUP BY {', '.join(names)}" if names else ""}
    """


def _first(by: Sequence[str], per: str, day: str) -> str:
    values = {name: day if name == "day" else f'"{name}"' for name in by}
    values_sql = "".join(f', arg_min_null({value}, n) AS "{name}"' for name, value in values.items())
    owner = "session" if per == "session" else "visitor"
    return f"""
    own AS (SELECT *, {owner} AS owner FROM happened),
    step_0 AS (SELECT owner, min(n) AS n_0, min(moment) AS at_0{values_sql} FROM own WHERE is_0 GROUP BY owner)"""


def _next(number: int) -> str:
    before = number - 1
    return f"""
    step_{number} AS (
        SELECT own.owner, min(n) AS n_{number}, min(moment) AS at_{number}
        FROM own JOIN step_{before} ON own.owner = step_{before}.owner AND own.n > n_{before}
        WHERE is_{number} GROUP BY own.owner
    )"""


def _figures(number: int) -> list[str]:
    waits = {"first": f"at_{number} - at_0", "previous": f"at_{number} - at_{max(number - 1, 0)}"}
    lists = {name: f"list_sort(list({wait}) FILTER (at_{number} IS NOT NULL))" for name, wait in waits.items()}
    return [
        f"count(at_{number}) AS reached_{number}",
        *(
            f"quantile_in_tenths({waits}, {tenths}) AS {name}_{tenths}_{number}"
            for name, waits in lists.items()
            for tenths in TENTHS
        ),
    ]


def _tally(table: pd.DataFrame, many: int, by: Sequence[str]) -> Tally:
    if by:
        table = table.sort_values(list(by), ignore_index=True)
    reached = table[[f"reached_{number}" for number in range(many)]].to_numpy(dtype=np.int64)
    return Tally(
        table[list(by)] if by else None, reached, _waits(table, "first", many), _waits(table, "previous", many)
    )


def _waits(table: pd.DataFrame, since: str, many: int) -> npt.NDArray[np.int64]:
    columns = [[table[f"{since}_{tenths}_{number}"] for number in range(many)] for tenths in TENTHS]
    filled = [[column.astype("Int64").fillna(NOBODY).to_numpy(dtype=np.int64) for column in row] for row in columns]
    return np.array(filled, dtype=np.int64).transpose(0, 2, 1)
