"""The input of analyses: cleaned events in memory, or a scan of a lake, with pandas or DuckDB."""

from collections.abc import Sequence
from typing import TypeAlias

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from shoplib.analytics import zones
from shoplib.analytics.clean import FIRST_LINE, repetitions
from shoplib.analytics.scan import Scan
from shoplib.core.events import SALES
from shoplib.errors import LabError

Source: TypeAlias = pd.DataFrame | Scan
ENGINES = ("auto", "pandas", "duckdb", "athena")
LINES = ["event_name", "order_id", "order_line", *FIRST_LINE]
# Integers that stand for texts where the texts themselves are not asked for: they join and sort much faster.
KEYS = {"anonymous_id": "anonymous_key", "user_id": "user_key"}


def for_duckdb(source: Source, engine: str, reason: str | None = None) -> Scan | None:
    """The scan, if DuckDB runs the analysis; None if pandas does. `reason` says what DuckDB cannot do; LabError if it
    is requested anyway.
    """
    if engine not in ENGINES:
        raise LabError(f"engine={engine!r} is unknown", f"engine is one of {', '.join(ENGINES)}")
    if engine in ("duckdb", "athena") and not isinstance(source, Scan):
        name = {"duckdb": "DuckDB", "athena": "Athena"}[engine]
        raise LabError(
            f"{name} answers from a scan; these rows are in memory", "pass analytics.scan(...), or leave engine out"
        )
    if engine == "athena":
        raise LabError(
            "this analysis is not supported by Athena", "athena_queries() names the statements that query_athena runs"
        )
    if engine == "duckdb" and reason:
        raise LabError(f"DuckDB does not support this: {reason}", 'use engine="auto" or engine="pandas"')
    return source if isinstance(source, Scan) and engine != "pandas" and not reason else None


def for_athena(source: Source, engine: str) -> Scan | None:
    """The scan, if Athena runs the analysis; None if another engine does."""
    return source if engine == "athena" and isinstance(source, Scan) else None


def frame(
    source: Source, columns: Sequence[str], keys: bool = False, names: Sequence[str] | None = None
) -> pd.DataFrame:
    """Cleaned events: rows in memory unchanged; of a scan, these columns of events with these `names`, without bots and
    repeated order lines.

    With `keys`, a scan's anonymous_id and user_id are replaced by integer keys, and event_id by integers in order of
    (event_time, event_id).
    """
    if not isinstance(source, Scan):
        return source
    needed = [name for name in dict.fromkeys(columns) if not (keys and name == "event_id")]
    read = [KEYS.get(name, name) if keys else name for name in needed]
    people = ~pc.field("is_bot")
    where = people if names is None else people & pc.field("event_name").isin(names)
    table = _lines_once(source.arrow(list(dict.fromkeys([*read, *LINES])), where)).select(read)
    rows = table.rename_columns(needed).to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)
    rows = zones.seen_from(rows, source.time_zone)
    return rows.assign(event_id=range(len(rows))) if keys and "event_id" in columns else rows


def _lines_once(table: pa.Table) -> pa.Table:
    sold = pc.indices_nonzero(pc.is_in(table["event_name"], pa.array(SALES)))
    lines = table.select(LINES).take(sold).to_pandas()
    repeated = pa.array(repetitions(lines))
    if not len(repeated):
        return table
    places = pa.array(range(len(table)), pa.uint64())
    return table.filter(pc.invert(pc.is_in(places, sold.take(repeated))))
