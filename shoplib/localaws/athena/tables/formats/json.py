"""JSON, an object per line. Names in files are of any case, those of columns lower case, at every depth."""

import json
from typing import Any

import duckdb
from sqlglot import exp

from shoplib.localaws.athena.errors import QueryFailed
from shoplib.localaws.athena.hive_types import duckdb_type
from shoplib.localaws.athena.quoting import text
from shoplib.localaws.athena.tables.catalog import Column, Table
from shoplib.localaws.athena.tables.copies import Files
from shoplib.localaws.athena.tables.formats.columns import file_options, parsed
from shoplib.localaws.athena.tables.formats.columns import select as select_columns
from shoplib.localaws.athena.tables.formats.lines import LONGEST_LINE

MAPPING = "mapping."  # mapping.column = name in the file


def select(table: Table, files: Files, connection: duckdb.DuckDBPyConnection) -> str:
    source = f"(SELECT * FROM {_objects(table, files)})"
    present = _structure(table, source, connection)
    values = {each.name: _value(table, each, number, present) for number, each in enumerate(table.columns)}
    return select_columns(table, values, source)


def _objects(table: Table, files: Files) -> str:
    lenient = table.serde_parameters.get("ignore.malformed.json", "false").lower()
    return (
        f"read_json_objects({file_options(files)}, format = 'newline_delimited', ignore_errors = {lenient == 'true'}, "
        f"maximum_object_size = {LONGEST_LINE})"
    )


def _structure(table: Table, source: str, connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """The names in the files, with what is below them."""
    try:
        (structures,) = connection.execute(f"SELECT json_group_structure(json) FROM {source}").fetchall()
    except duckdb.Error as error:
        first = str(error).splitlines()[0]
        raise QueryFailed(f"HIVE_CURSOR_ERROR: Row is not a valid JSON Object - {first}") from error
    structure = json.loads(structures[0] or "{}")
    return structure if isinstance(structure, dict) else {}


def _value(table: Table, column: Column, number: int, present: dict[str, Any]) -> str:
    mapped = table.serde_parameters.get(MAPPING + column.name)
    names = [own for own in present if own == mapped or (mapped is None and own.lower() == column.name)]
    values = [_extract(own, present[own], column, number) for own in names]
    return f"coalesce({', '.join(values)})" if values else f"CAST(NULL AS {duckdb_type(column.type)})"


def _extract(own: str, structure: Any, column: Column, number: int) -> str:
    path = text('$."' + own.replace('"', '\\"') + '"')
    kind = exp.DataType.build(duckdb_type(column.type), dialect="duckdb")
    if not kind.args.get("nested"):
        return parsed(f"json_extract_string(json, {path})", column, number)
    shape = json.dumps(_shape(kind, structure))
    return f"CAST(json_transform(json_extract(json, {path}), {text(shape)}) AS {kind.sql('duckdb')})"


def _shape(kind: exp.DataType, structure: Any) -> Any:
    """What `json_transform` shall make: types by the names that the files have."""
    if kind.this in (exp.DataType.Type.LIST, exp.DataType.Type.ARRAY):
        return [_shape(kind.expressions[0], structure[0] if isinstance(structure, list) and structure else None)]
    if kind.this != exp.DataType.Type.STRUCT:
        return kind.sql("duckdb")
    names = {own.lower(): own for own in structure} if isinstance(structure, dict) else {}
    return {names.get(each.name.lower(), each.name): _shape(each.args["kind"], _below(structure, names, each.name))
            for each in kind.expressions}  # fmt: skip


def _below(structure: Any, names: dict[str, str], name: str) -> Any:
    return structure[names[name.lower()]] if name.lower() in names else None
