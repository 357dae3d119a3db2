"""Parquet, and ORC that was made Parquet: columns by their names, whatever their case."""

import duckdb

from shoplib.localaws.athena.errors import QueryFailed
from shoplib.localaws.athena.hive_types import duckdb_type
from shoplib.localaws.athena.quoting import name
from shoplib.localaws.athena.tables.catalog import Column, Table
from shoplib.localaws.athena.tables.copies import Files
from shoplib.localaws.athena.tables.formats.columns import file_options
from shoplib.localaws.athena.tables.formats.columns import select as select_columns

NUMBERS = ("TINYINT", "SMALLINT", "INT", "BIGINT", "REAL", "DOUBLE", "DECIMAL")
PHYSICAL = {"VARCHAR": "BINARY", "BLOB": "BINARY", "INTEGER": "INT32", "BIGINT": "INT64", "FLOAT": "FLOAT"}


def select(table: Table, files: Files, connection: duckdb.DuckDBPyConnection) -> str:
    source = f"read_parquet({file_options(files)}, union_by_name = true)"
    try:
        described = connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
    except duckdb.Error as error:
        first = str(error).splitlines()[0]
        raise QueryFailed(
            f"HIVE_BAD_DATA: the files of {table.name} are not Parquet that fits together: {first}"
        ) from error
    present = {column.lower(): (column, kind) for column, kind, *_ in described}
    return select_columns(table, {each.name: _value(each, present) for each in table.columns}, source)


def _value(column: Column, present: dict[str, tuple[str, str]]) -> str:
    kind = duckdb_type(column.type)
    if column.name not in present:
        return f"CAST(NULL AS {kind})"
    own, actual = present[column.name]
    if _is_text(actual) != _is_text(kind) and (_is_text(actual) or kind.startswith(NUMBERS) or _is_text(kind)):
        raise QueryFailed(
            f"HIVE_BAD_DATA: Field {column.name}'s type {PHYSICAL.get(actual, actual)} in parquet file is incompatible "
            f"with type {column.type} defined in table schema"
        )
    if kind == "TIMESTAMP":
        return f"date_trunc('millisecond', CAST({name(own)} AS TIMESTAMP))"
    if actual == "BLOB" and _is_text(kind):
        return f"decode({name(own)})"
    return f"CAST({name(own)} AS {kind})"


def _is_text(kind: str) -> bool:
    return kind in ("VARCHAR", "TEXT", "BLOB") or kind.startswith("ENUM")
