"""Curated events as a DuckDB view: without bots, ordered, each order line once."""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from shoplib.analytics.scan import AHEAD, Scan
from shoplib.core import lake
from shoplib.core.events import NAMES, SALES
from shoplib.errors import LabError

# What distinguishes an order line's first purchase (refund) from its repetitions; `clean` has the same rule.
LINES = ("event_code", "order_id", "order_line", "is_bot", "event_time", "ingest_time")
# Read only where a line is there twice.
SETTLES = ("ingest_time",)
SALE_CODES = ", ".join(str(NAMES.index(name)) for name in SALES)
# DuckDB spills to disk beyond it. A visit's row needs about 35 bytes while it is sorted.
LEAST_MEMORY, BYTES_AN_EVENT = 300_000_000, 35
GLOB = frozenset("*?[")

SALES_LINES = f"""
NOT is_bot AND event_code IN ({SALE_CODES}) AND order_id IS NOT NULL AND order_line IS NOT NULL
"""
# Few lines are repeated, so it is quick to find out which before asking which of them was first.
REPEATED_SALES = f"""
CREATE TEMP TABLE repeated_lines AS
SELECT event_code, order_id, order_line FROM {{rows}} WHERE {SALES_LINES} GROUP BY ALL HAVING count(*) > 1
"""
REPEATED = f"""
CREATE TEMP TABLE repeated AS
SELECT n FROM (
    SELECT n,
        row_number() OVER (PARTITION BY event_code, order_id, order_line ORDER BY event_time, ingest_time, n) AS place
    FROM stored SEMI JOIN repeated_lines USING (event_code, order_id, order_line)
    WHERE {SALES_LINES}
) WHERE place > 1
"""


@contextmanager
def open_view(scan: Scan, columns: Iterable[str], of_sales: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with the view `events`: `columns` of cleaned events (`of_sales`: of purchases and refunds), and
    `n`, which numbers them by (event_time, event_id). At the end it is closed and its spill files are deleted. LabError
    names a damaged file.
    """
    needed = list(dict.fromkeys([*columns, *LINES]))
    with tempfile.TemporaryDirectory(prefix="shoplib-duckdb-") as spill, duckdb.connect() as connection:
        connection.execute("SET preserve_insertion_order = false")
        connection.execute(f"SET memory_limit = '{_memory(scan)}B'")
        connection.execute("SET temp_directory = ?", [spill])
        with _naming(scan):
            _store(connection, scan, needed)
            if of_sales:
                connection.execute(_select_sales(needed))
            people = _people(connection, "sales" if of_sales else "stored")
            connection.execute(f"CREATE TEMP VIEW events AS {people}")
            yield connection


def _select_sales(columns: list[str]) -> str:
    """Sales are few and read several times, so they are kept in a table."""
    listed = ", ".join(f'"{column}"' for column in columns if column not in SETTLES)
    rows = f"SELECT {listed}, n FROM stored WHERE NOT is_bot AND event_code IN ({SALE_CODES})"
    return f"CREATE TEMP TABLE sales AS {rows}"


def _memory(scan: Scan) -> int:
    rows = sum(day.manifest.counts.rows for day in scan.days)
    return max(LEAST_MEMORY, rows * BYTES_AN_EVENT)


@contextmanager
def _naming(scan: Scan) -> Iterator[None]:
    try:
        yield
    except duckdb.OutOfMemoryException as error:
        raise LabError(f"DuckDB needs more memory or disk than there is: {error}", "scan fewer days") from None
    except (duckdb.IOException, duckdb.InvalidInputException, pa.ArrowException, OSError):
        scan.name_what_is_at_fault()
        raise


def _store(connection: duckdb.DuckDBPyConnection, scan: Scan, columns: list[str]) -> None:
    """`stored`: DuckDB reads the parts of a local lake itself, in parallel; everything else comes through Arrow."""
    if files := _readable(scan):
        listed = ", ".join("'" + file.replace("'", "''") + "'" for file in files)
        # Parts lie in order of time, and so do the rows in them.
        number = f"file_index::BIGINT * {2**32} + file_row_number AS n"
        connection.execute(f"CREATE TEMP VIEW stored AS SELECT *, {number} FROM read_parquet([{listed}])")
    else:
        connection.register("arriving", _number_rows(scan, columns))
        connection.execute("CREATE TEMP TABLE stored AS SELECT * FROM arriving")
        connection.unregister("arriving")


def _readable(scan: Scan) -> list[str]:
    """Paths of a compacted local lake's parts, if all have the current columns and names without glob characters."""
    if not (scan.lake.is_local and scan.is_compacted) or GLOB & set(scan.lake.root):
        return []
    paths = [f"{scan.lake.root}/{part.key}" for day in scan.days for part in day.manifest.parts]
    return paths if all(_has_today(pq.read_schema(path)) for path in paths) else []


def _has_today(schema: pa.Schema) -> bool:
    return schema.names == lake.CURATED_SCHEMA.names and schema.types == lake.CURATED_SCHEMA.types


def _number_rows(scan: Scan, columns: list[str]) -> pa.RecordBatchReader:
    scanner = scan.dataset.scanner(columns=columns, filter=~pc.field("is_bot"), **AHEAD)
    schema = scanner.projected_schema.append(pa.field("n", pa.int64()))
    return pa.RecordBatchReader.from_batches(schema, _with_numbers(scanner.to_batches()))


def _with_numbers(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    at = 0
    for batch in batches:
        numbers = pa.array(np.arange(at, at + len(batch)))
        at += len(batch)
        yield batch.append_column("n", numbers)


def _people(connection: duckdb.DuckDBPyConnection, rows: str) -> str:
    people = f"SELECT * FROM {rows} WHERE NOT is_bot"
    connection.execute(REPEATED_SALES.format(rows=rows))
    if connection.execute("SELECT count(*) FROM repeated_lines").fetchall() == [(0,)]:
        return people
    connection.execute(REPEATED)
    return f"{people} AND n NOT IN (SELECT n FROM repeated)"
