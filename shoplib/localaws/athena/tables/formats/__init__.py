"""How files of a table are read: one module per kind of file, each a function that writes the SELECT of a view."""

from collections.abc import Callable

import duckdb

from shoplib.localaws.athena.errors import QueryFailed
from shoplib.localaws.athena.tables.catalog import Table
from shoplib.localaws.athena.tables.copies import Files
from shoplib.localaws.athena.tables.formats import csv, json, lines, parquet

Select = Callable[[Table, Files, duckdb.DuckDBPyConnection], str]
READERS: dict[str, Select] = {
    "ParquetHiveSerDe": parquet.select,
    "OrcSerde": parquet.select,
    "JsonSerDe": json.select,
    "OpenCSVSerde": csv.select,
    "LazySimpleSerDe": lines.select_delimited,
    "RegexSerDe": lines.select_matches,
}
TEXTS = ("JsonSerDe", "OpenCSVSerde", "LazySimpleSerDe", "RegexSerDe")
OPEN_FORMATS = ("ICEBERG", "DELTA", "HUDI")


def reader(table: Table) -> Select:
    kind = table.parameters.get("table_type", "").upper()
    if kind in OPEN_FORMATS:
        raise QueryFailed(
            f"NOT_SUPPORTED: {table.name} is a table of {kind.title()}, which the local AWS does not read"
        )
    if table.serde not in READERS:
        raise QueryFailed(
            f"NOT_SUPPORTED: the local AWS reads no files of {table.serde or 'a table without a SerDe'}; it reads "
            f"those of {', '.join(READERS)}"
        )
    return READERS[table.serde]


def empty(table: Table) -> str:
    """A table without files."""
    from shoplib.localaws.athena.tables.formats.columns import nothing

    return nothing(table)
