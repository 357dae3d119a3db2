"""Text of which each line is a row: LazySimpleSerDe and RegexSerDe. What cannot be read as its type is null."""

import duckdb

from shoplib.localaws.athena.errors import QueryFailed
from shoplib.localaws.athena.hive_types import duckdb_type
from shoplib.localaws.athena.quoting import text
from shoplib.localaws.athena.tables.catalog import Column, Table
from shoplib.localaws.athena.tables.copies import Files
from shoplib.localaws.athena.tables.formats.columns import file_options
from shoplib.localaws.athena.tables.formats.columns import select as select_columns

LONGEST_LINE = 2 * 1024 * 1024
NO_SEPARATOR = "\x02\x05\x06\x03"  # so that a line stays whole
NO_NULL = "\x06\x03\x05"  # nothing in a file means null, until its serde says so
# DDL may write them as numbers.
CODES = {"\\t": "\t", "\\001": "\x01", "\\002": "\x02", "\\003": "\x03", "\\u0001": "\x01", "1": "\x01", "9": "\t"}


def header_lines(table: Table) -> int:
    return int(table.parameters.get("skip.header.line.count", "0"))


def select_delimited(table: Table, files: Files, connection: duckdb.DuckDBPyConnection) -> str:
    options = table.serde_parameters
    separator = _character(options.get("field.delim", options.get("serialization.format", "\x01")))
    null = options.get("serialization.null.format", "\\N")
    fields = _fields(separator, options.get("escape.delim"))
    source = f"(SELECT {fields} AS fields, * FROM {_lines(table, files)})"
    values = {each.name: _value(each, f"fields[{i}]", null, options) for i, each in enumerate(table.columns, 1)}
    return select_columns(table, values, source)


def select_matches(table: Table, files: Files, connection: duckdb.DuckDBPyConnection) -> str:
    """A group per column; of a line that does not match, all are null."""
    pattern = text(table.serde_parameters.get("input.regex", ""))
    source = f"(SELECT regexp_full_match(line, {pattern}) AS fits, * FROM {_lines(table, files)})"
    values = {}
    for number, column in enumerate(table.columns, 1):
        group = f"CASE WHEN fits THEN regexp_extract(line, {pattern}, {number}) END"
        values[column.name] = f"TRY_CAST({group} AS {duckdb_type(column.type)})"
    return select_columns(table, values, source)


def _lines(table: Table, files: Files) -> str:
    return (
        f"read_csv({file_options(files)}, columns = {{'line': 'VARCHAR'}}, auto_detect = false, header = false, "
        f"delim = {text(NO_SEPARATOR)}, quote = '', escape = '', nullstr = {text(NO_NULL)}, "
        f"skip = {header_lines(table)}, strict_mode = false, max_line_size = {LONGEST_LINE})"
    )


def _character(setting: str) -> str:
    return CODES.get(setting, setting)


def _fields(separator: str, escape: str | None) -> str:
    if escape is None:
        return f"string_split(line, {text(separator)})"
    own, other = _in_class(separator), _in_class(_character(escape))
    part = text(f"((?:[^{own}{other}]|{other}.)*)(?:{own}|$)")
    plain = text(f"{other}(.)")
    return f"list_transform(regexp_extract_all(line, {part}, 1), lambda f: regexp_replace(f, {plain}, '\\1', 'g'))"


def _in_class(character: str) -> str:
    return f"\\x{ord(character):02x}" if len(character) == 1 else character


def _value(column: Column, raw: str, null: str, options: dict[str, str]) -> str:
    value, kind = f"nullif({raw}, {text(null)})", duckdb_type(column.type)
    items = _character(options.get("collection.delim", options.get("colelction.delim", "\x02")))
    if kind.endswith("[]"):
        return f"TRY_CAST(string_split({value}, {text(items)}) AS {kind})"
    if kind.startswith("MAP"):
        return _map(value, kind, items, _character(options.get("mapkey.delim", "\x03")))
    if kind.startswith("STRUCT"):
        raise QueryFailed(
            f"NOT_SUPPORTED: {column.name}: the local AWS reads no struct from lines of text; JSON has them"
        )
    if kind == "TIMESTAMP":
        return f"date_trunc('millisecond', TRY_CAST({value} AS TIMESTAMP))"
    return value if kind in ("TEXT", "VARCHAR") else f"TRY_CAST({value} AS {kind})"


def _map(value: str, kind: str, items: str, keys: str) -> str:
    pair = f"struct_pack(k := split_part(p, {text(keys)}, 1), v := split_part(p, {text(keys)}, 2))"
    pairs = f"list_transform(string_split({value}, {text(items)}), lambda p: {pair})"
    return f"TRY_CAST(map_from_entries({pairs}) AS {kind})"
