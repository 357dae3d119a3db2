"""OpenCSVSerde: values in quotes, an escape, and everything a text until it is read as its column's type."""

import duckdb

from shoplib.localaws.athena.hive_types import duckdb_type
from shoplib.localaws.athena.quoting import name, struct, text
from shoplib.localaws.athena.tables.catalog import Column, Table
from shoplib.localaws.athena.tables.copies import Files
from shoplib.localaws.athena.tables.formats.columns import file_options, parsed
from shoplib.localaws.athena.tables.formats.columns import select as select_columns
from shoplib.localaws.athena.tables.formats.lines import LONGEST_LINE, NO_NULL, header_lines

SPARE = 64  # columns that a file may have beyond those of its table


def select(table: Table, files: Files, connection: duckdb.DuckDBPyConnection) -> str:
    names = [f"c{number}" for number in range(len(table.columns) + SPARE)]
    options = table.serde_parameters
    source = (
        f"read_csv({file_options(files)}, columns = {struct(dict.fromkeys(names, 'VARCHAR'))}, auto_detect = false, "
        f"delim = {text(options.get('separatorChar', ','))}, quote = {text(_quote(options))}, "
        f"escape = {text(_escape(options))}, nullstr = {text(NO_NULL)}, header = false, skip = {header_lines(table)}, "
        f"null_padding = true, parallel = false, strict_mode = false, max_line_size = {LONGEST_LINE})"
    )
    values = {each.name: _value(each, number) for number, each in enumerate(table.columns)}
    return select_columns(table, values, source)


def _quote(options: dict[str, str]) -> str:
    return options.get("quoteChar", '"')


def _escape(options: dict[str, str]) -> str:
    """Two quotes mean one, whatever the escape; DuckDB takes one of the two ways, and files hold hardly ever both."""
    escape = options.get("escapeChar", "\\")
    return escape if escape != "\\" or "escapeChar" in options else _quote(options)


def _value(column: Column, number: int) -> str:
    """Dates are days and timestamps milliseconds since 1970 in files of this kind."""
    raw, kind = name(f"c{number}"), duckdb_type(column.type)
    if kind == "DATE":
        days = parsed(raw, Column(column.name, "int"), number)
        return f"CAST(DATE '1970-01-01' + {days} AS DATE)"
    if kind == "TIMESTAMP":
        return f"make_timestamp_ms({parsed(raw, Column(column.name, 'bigint'), number)})"
    return parsed(raw, column, number)
