"""information_schema: what the catalog says of itself."""

import duckdb
import pyarrow as pa

from shoplib.localaws.athena.tables.catalog import CATALOG, Catalog, Table

TEXT = pa.string()
SCHEMAS = {
    "schemata": [("catalog_name", TEXT), ("schema_name", TEXT)],
    "tables": [("table_catalog", TEXT), ("table_schema", TEXT), ("table_name", TEXT), ("table_type", TEXT)],
    "columns": [
        *(("table_catalog", TEXT), ("table_schema", TEXT), ("table_name", TEXT), ("column_name", TEXT)),
        *(("ordinal_position", pa.int64()), ("column_default", TEXT), ("is_nullable", TEXT), ("data_type", TEXT)),
        *(("comment", TEXT), ("extra_info", TEXT)),
    ],
}
TRINO = {"string": "varchar", "int": "integer", "float": "real", "binary": "varbinary", "timestamp": "timestamp(3)"}


def create_view(name: str, catalog: Catalog, connection: duckdb.DuckDBPyConnection) -> str | None:
    """The name of a view of it; None for what is not there."""
    if name not in SCHEMAS:
        return None
    rows = {"schemata": _schemata, "tables": _tables, "columns": _columns}[name](catalog)
    schema = pa.schema(SCHEMAS[name])
    columns = [pa.array([row[i] for row in rows], field.type) for i, field in enumerate(schema)]
    connection.register(f"information_{name}", pa.table(columns, schema=schema))
    return f"information_{name}"


def _schemata(catalog: Catalog) -> list[tuple[object, ...]]:
    return [(CATALOG, name) for name in [*catalog.databases(), "information_schema"]]


def _all_tables(catalog: Catalog) -> list[Table]:
    return [table for database in catalog.databases() for table in catalog.tables(database)]


def _tables(catalog: Catalog) -> list[tuple[object, ...]]:
    return [(CATALOG, t.database, t.name, "VIEW" if t.view_text else "BASE TABLE") for t in _all_tables(catalog)]


def _columns(catalog: Catalog) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for table in _all_tables(catalog):
        keys = {key.name for key in table.partition_keys}
        for number, column in enumerate(table.columns + table.partition_keys, 1):
            kind = TRINO.get(column.type, column.type)
            extra = "partition key" if column.name in keys else None
            rows.append(
                (
                    CATALOG,
                    table.database,
                    table.name,
                    column.name,
                    number,
                    None,
                    "YES",
                    kind,
                    column.comment or None,
                    extra,
                )
            )
    return rows
