"""What the SELECTs over all kinds of files have in common."""

from shoplib.localaws.athena.hive_types import duckdb_type
from shoplib.localaws.athena.quoting import name, struct, text, texts
from shoplib.localaws.athena.tables.catalog import Column, Table
from shoplib.localaws.athena.tables.copies import Files


def select(table: Table, values: dict[str, str], source: str) -> str:
    """`values`: an expression per column, those of partitions apart."""
    listed = [f"{value} AS {name(column)}" for column, value in values.items()]
    keys = [name(key.name) for key in table.partition_keys]
    return f"SELECT {', '.join(listed + keys)} FROM {source}"


def nothing(table: Table) -> str:
    columns = [f"CAST(NULL AS {duckdb_type(each.type)}) AS {name(each.name)}" for each in all_columns(table)]
    return f"SELECT {', '.join(columns)} WHERE false"


def all_columns(table: Table) -> list[Column]:
    return table.columns + table.partition_keys


def file_options(files: Files) -> str:
    """The list of files and where the values of partitions are from."""
    listed = texts(path.as_posix() for path in files.paths)
    if not files.keys:
        return f"{listed}, hive_partitioning = false"
    types = struct({key.name: duckdb_type(key.type) for key in files.keys})
    return f"{listed}, hive_partitioning = true, hive_types = {types}"


def parsed(value: str, column: Column, number: int) -> str:
    """A text as a value of a column; one that is none fails the query, as in Athena."""
    kind = duckdb_type(column.type)
    if kind in ("TEXT", "VARCHAR"):
        return value
    if kind == "TIMESTAMP":
        return f"date_trunc('millisecond', {_checked(value, kind, number)})"
    return _checked(value, kind, number)


def _checked(value: str, kind: str, number: int) -> str:
    bad = f"{text('HIVE_BAD_DATA: Error parsing field value ')} || chr(39) || {value} || chr(39)"
    message = f"{bad} || {text(f' for field {number}: For input string: ')} || chr(34) || {value} || chr(34)"
    attempt = f"TRY_CAST({value} AS {kind})"
    return f"CASE WHEN {attempt} IS NULL AND {value} IS NOT NULL THEN error({message}) ELSE {attempt} END"
