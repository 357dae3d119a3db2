"""Types of columns: as Glue writes them (Hive), as DuckDB computes with them, and as Athena names them (Trino)."""

import re
from functools import cache

from sqlglot import exp
from sqlglot.errors import SqlglotError

from shoplib.localaws.athena.errors import QueryFailed

HIVE_NAMES = {
    "TINYINT": "tinyint", "SMALLINT": "smallint", "INTEGER": "int", "BIGINT": "bigint", "HUGEINT": "bigint",
    "FLOAT": "float", "DOUBLE": "double", "BOOLEAN": "boolean", "VARCHAR": "string", "DATE": "date",
    "TIMESTAMP": "timestamp", "BLOB": "binary",
}  # fmt: skip
ATHENA_NAMES = HIVE_NAMES | {
    "INTEGER": "integer", "VARCHAR": "varchar", "BLOB": "varbinary", "TIME": "time", "JSON": "json", "UUID": "uuid",
    "TIMESTAMP WITH TIME ZONE": "timestamp with time zone", "INTERVAL": "interval day to second", '"NULL"': "unknown",
}  # fmt: skip
PRECISIONS = {
    "tinyint": 3, "smallint": 5, "integer": 10, "bigint": 19, "float": 17, "double": 17, "varchar": 2147483647,
    "varbinary": 1073741824, "timestamp": 3, "timestamp with time zone": 3, "time": 3, "json": 2147483647,
    "string": 2147483647,
}  # fmt: skip
DECIMAL = re.compile(r"DECIMAL\((\d+),\s*(\d+)\)")


@cache
def duckdb_type(hive: str) -> str:
    """QueryFailed for a type that Hive does not have."""
    try:
        parsed = exp.DataType.build(hive, dialect="hive")
    except SqlglotError:
        raise QueryFailed(f"HIVE_INVALID_METADATA: '{hive}' is not a type of a column") from None
    for part in parsed.find_all(exp.DataType):
        if part.this in (exp.DataType.Type.TIMESTAMP, exp.DataType.Type.TIMESTAMPTZ, exp.DataType.Type.DATETIME):
            part.set("this", exp.DataType.Type.TIMESTAMPNTZ)
        if part.this in exp.DataType.TEXT_TYPES:
            part.set("expressions", [])
    return parsed.sql("duckdb")


def athena_type(duckdb: str) -> tuple[str, int, int]:
    """The name in ResultSetMetadata, precision and scale."""
    if match := DECIMAL.fullmatch(duckdb):
        return "decimal", int(match[1]), int(match[2])
    if duckdb.endswith("]"):
        return "array", 0, 0
    if duckdb.startswith(("MAP(", "STRUCT(")):
        return ("map" if duckdb.startswith("MAP(") else "row"), 0, 0
    name = ATHENA_NAMES.get(duckdb)
    if name is None:
        raise QueryFailed(f"NOT_SUPPORTED: a result of the type {duckdb.lower()} is not available in the local AWS")
    return name, PRECISIONS.get(name, 0), 0


def hive_type(duckdb: str) -> str:
    """What Glue says of a column of a table that a query makes."""
    parsed = exp.DataType.build(duckdb, dialect="duckdb")
    return _hive(parsed)


def _hive(kind: exp.DataType) -> str:
    inner = kind.expressions
    if kind.this in (exp.DataType.Type.ARRAY, exp.DataType.Type.LIST):
        return f"array<{_hive(inner[0])}>"
    if kind.this == exp.DataType.Type.MAP:
        return f"map<{_hive(inner[0])},{_hive(inner[1])}>"
    if kind.this == exp.DataType.Type.STRUCT:
        fields = ",".join(f"{each.name}:{_hive(each.args['kind'])}" for each in inner)
        return f"struct<{fields}>"
    text = kind.sql("duckdb")
    if match := DECIMAL.fullmatch(text):
        return f"decimal({match[1]},{match[2]})"
    return _plain_hive({"INT": "INTEGER", "TEXT": "VARCHAR", "REAL": "FLOAT"}.get(text, text))


def _plain_hive(duckdb: str) -> str:
    if duckdb not in HIVE_NAMES:
        raise QueryFailed(f"NOT_SUPPORTED: Unsupported Hive type: {duckdb.lower()}")
    return HIVE_NAMES[duckdb]
