"""CREATE TABLE AS, INSERT INTO and UNLOAD: the answer of a query becomes objects in S3."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from moto.glue.exceptions import AlreadyExistsException
from sqlglot import exp

from shoplib.localaws.athena.errors import QueryFailed
from shoplib.localaws.athena.hive_types import duckdb_type, hive_type
from shoplib.localaws.athena.objects import Location
from shoplib.localaws.athena.quoting import name, text
from shoplib.localaws.athena.session import Outcome, ResultColumn, Session
from shoplib.localaws.athena.sql.dialect import as_query, parse
from shoplib.localaws.athena.statements import queries, storage
from shoplib.localaws.athena.statements.definitions import register
from shoplib.localaws.athena.tables.catalog import CATALOG, Table
from shoplib.localaws.athena.tables.projection import is_projected

ROWS = [ResultColumn("rows", "bigint", 19)]
CODECS = {"NONE": "uncompressed", "SNAPPY": "snappy", "GZIP": "gzip", "ZSTD": "zstd"}
SERDES = {"ParquetHiveSerDe": "PARQUET", "JsonSerDe": "JSON", "LazySimpleSerDe": "TEXTFILE"}
FORMATS = ("PARQUET", "JSON", "TEXTFILE")
OPTIONS = {
    *("format", "write_compression", "compression", "parquet_compression", "field_delimiter", "partitioned_by"),
    *("external_location", "table_type", "is_external"),
}  # fmt: skip


@dataclass(frozen=True)
class Files:
    """How an answer is written."""

    format: str = "PARQUET"
    codec: str = "GZIP"
    delimiter: str = "\x01"
    partitions: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> "Files":
        if unknown := set(options) - OPTIONS:
            raise QueryFailed(f"INVALID_TABLE_PROPERTY: the local AWS knows no {', '.join(sorted(unknown))} here")
        format = str(options.get("format", "PARQUET")).upper()
        stated = options.get(
            "write_compression", options.get("compression", options.get("parquet_compression", "GZIP"))
        )
        codec = str(stated).upper()
        if format not in FORMATS or codec not in CODECS or (format != "PARQUET" and codec == "SNAPPY"):
            raise QueryFailed(
                f"NOT_SUPPORTED: the local AWS writes no {format} with {codec}; it writes {', '.join(FORMATS)} with "
                f"{', '.join(CODECS)} (SNAPPY for PARQUET)"
            )
        return cls(format, codec, str(options.get("field_delimiter", "\x01")), list(options.get("partitioned_by", [])))


def create_table_as(session: Session, statement: str) -> Outcome:
    create = parse(statement)
    assert isinstance(create, exp.Create)
    options = _options(create.args.get("properties"))
    database, table = (create.this.db or session.database).lower(), create.this.name.lower()
    _require_schema(session, database)
    if session.catalog.find(database, table):
        if create.args.get("exists"):
            return Outcome(ROWS)
        raise QueryFailed(
            f"TABLE_ALREADY_EXISTS: line 1:1: Destination table '{CATALOG}.{database}.{table}' already exists"
        )
    place = _place(session, options)
    _require_empty(session, place, f"{database}.{table}")
    files, answer = Files.of(options), queries.bind(session, as_query(create.expression))
    _require_names(answer)
    rows, objects = write(session, answer, place, files)
    described = _described(table, place, files, answer)
    session.catalog.glue.create_table(database, table, described)
    _register_new(session, session.catalog.find(database, table), place, objects)
    output = str(_output(session).within(f"tables/{session.id}"))
    return Outcome(ROWS, update_count=rows, output=output, manifest=objects)


def insert(session: Session, statement: str) -> Outcome:
    parsed = parse(statement)
    assert isinstance(parsed, exp.Insert)
    target = parsed.this.this if isinstance(parsed.this, exp.Schema) else parsed.this
    database = (target.db or session.database).lower()
    table = session.catalog.find(database, target.name)
    if table is None:
        raise QueryFailed(f"TABLE_NOT_FOUND: line 1:1: Table '{CATALOG}.{database}.{target.name}' does not exist")
    if int(table.parameters.get("skip.header.line.count", "0")):
        raise QueryFailed("NOT_SUPPORTED: Inserting into a table whose files have header lines is not supported")
    if table.serde not in SERDES or table.is_symlinks:
        raise QueryFailed(f"NOT_SUPPORTED: Inserting into Hive table with serde {table.serde} is not supported")
    listed = [each.name.lower() for each in parsed.this.expressions] if isinstance(parsed.this, exp.Schema) else None
    answer = _fitted(queries.bind(session, as_query(parsed.expression)), table, listed)
    delimiter = table.serde_parameters.get("field.delim", "\x01")
    codec = table.parameters.get("parquet.compression", table.parameters.get("write.compression", "GZIP")).upper()
    files = Files(
        SERDES[table.serde], codec if codec in CODECS else "GZIP", delimiter, [key.name for key in table.partition_keys]
    )
    rows, objects = write(session, answer, Location.parse(table.location), files)
    _register_new(session, table, Location.parse(table.location), objects)
    return Outcome(ROWS, update_count=rows, output=str(_output(session).within(session.id)), manifest=objects)


def unload(session: Session, match: "re.Match[str]") -> Outcome:
    options = _options(parse(f"CREATE TABLE x WITH ({match['options'] or ''}) AS SELECT 1").args.get("properties"))
    if "format" not in options:
        raise QueryFailed("INVALID_TABLE_PROPERTY: UNLOAD needs a format: WITH (format = 'PARQUET')")
    place = Location.parse(match["location"]).folder
    _require_empty(session, place, "UNLOAD")
    answer = queries.bind(session, as_query(parse(match["query"])))
    rows, objects = write(session, answer, place, Files.of(options))
    return Outcome(ROWS, update_count=rows, output=str(_output(session).within(session.id)), manifest=objects)


def write(session: Session, answer: queries.Answer, place: Location, files: Files) -> tuple[int, list[str]]:
    """How many rows, and the objects that now hold them."""
    folder = session.folder / "written"
    folder.mkdir()
    statement = _typed(answer)
    target = folder if files.partitions else folder / "0"
    with queries.in_athenas_words(exp.select("*"), session.text):
        copied = session.connection.execute(f"COPY ({statement}) TO {text(target.as_posix())} ({_copy_options(files)})")
        ((rows,),) = copied.fetchall()
    locations = []
    for number, path in enumerate(sorted(each for each in folder.rglob("*") if each.is_file())):
        locations.append(_upload(session, path, path.relative_to(folder).parent, place, files, number))
    return int(rows), locations


def _upload(session: Session, path: Path, inner: Path, place: Location, files: Files, number: int) -> str:
    ending = ".gz" if files.format != "PARQUET" and files.codec == "GZIP" else ""
    folders = "" if inner == Path() else f"{unquote(inner.as_posix())}/"
    target = place.within(f"{folders}{session.id}_{number:05d}{ending}")
    with path.open("rb") as body:
        session.objects.put(target, body)
    return str(target)


def _typed(answer: queries.Answer) -> str:
    """Sums are of a type that files do not have."""
    aliases = ", ".join(name(f"c{number}") for number in range(len(answer.names)))
    listed = [
        f"CAST(c{number} AS {'BIGINT' if kind == 'HUGEINT' else kind}) AS {name(column.lower())}"
        for number, (column, kind) in enumerate(zip(answer.names, answer.kinds, strict=True))
    ]
    return f"SELECT {', '.join(listed)} FROM ({answer.statement}) AS answer({aliases})"


def _copy_options(files: Files) -> str:
    codec = CODECS[files.codec]
    options = {
        "PARQUET": f"FORMAT parquet, COMPRESSION {codec}",
        "JSON": f"FORMAT json, COMPRESSION {'none' if codec == 'uncompressed' else codec}",
        "TEXTFILE": f"FORMAT csv, HEADER false, QUOTE '', ESCAPE '', NULLSTR '\\N', DELIMITER {text(files.delimiter)}, "
        f"COMPRESSION {'none' if codec == 'uncompressed' else codec}",
    }[files.format]
    partitions = ", ".join(map(name, files.partitions))
    return f"{options}, PARTITION_BY ({partitions})" if partitions else options


def _options(properties: exp.Properties | None) -> dict[str, Any]:
    """What WITH says, by lower-case names."""
    options: dict[str, Any] = {}
    for each in properties.expressions if properties else []:
        if isinstance(each, exp.FileFormatProperty):
            options["format"] = each.this.name
        elif isinstance(each, exp.PartitionedByProperty):
            options["partitioned_by"] = [part.name.lower() for part in each.this.expressions]
        else:
            value = each.args.get("value")
            options[each.name.lower()] = value.name if isinstance(value, exp.Literal | exp.Boolean) else str(value)
    return options


def _place(session: Session, options: Mapping[str, Any]) -> Location:
    if "external_location" not in options:
        return _output(session).within(f"tables/{session.id}").folder
    if session.output_is_enforced:
        raise QueryFailed(
            "The Create Table As Select query failed because it was submitted with an 'external_location' property to "
            "an Athena Workgroup that enforces a centralized output location for all queries. Please remove the "
            "'external_location' property and resubmit the query."
        )
    return Location.parse(options["external_location"]).folder


def _output(session: Session) -> Location:
    assert session.output is not None
    return session.output


def _require_empty(session: Session, place: Location, what: str) -> None:
    if next(iter(session.objects.below(place)), None) is not None:
        raise QueryFailed(
            f"HIVE_PATH_ALREADY_EXISTS: Target directory for table '{what}' already exists: {place}. You may need to "
            "manually clean the data at this location before retrying. Athena will not delete data in your account."
        )


def _require_schema(session: Session, database: str) -> None:
    if database not in session.catalog.glue.databases:
        raise QueryFailed(f"SCHEMA_NOT_FOUND: line 1:1: Schema '{database}' does not exist")


def _require_names(answer: queries.Answer) -> None:
    for number, column in enumerate(answer.names, 1):
        if re.fullmatch(r"_col\d+", column):
            raise QueryFailed(f"MISSING_COLUMN_NAME: line 1:1: Column name not specified at position {number}")


def _described(table: str, place: Location, files: Files, answer: queries.Answer) -> dict[str, Any]:
    columns = [
        {"Name": column.lower(), "Type": hive_type(kind)}
        for column, kind in zip(answer.names, answer.kinds, strict=True)
    ]
    keys = columns[len(columns) - len(files.partitions) :] if files.partitions else []
    if [key["Name"] for key in keys] != files.partitions:
        raise QueryFailed(
            "HIVE_COLUMN_ORDER_MISMATCH: Partition keys must be the last columns in the table and in the same order as "
            f"the table properties: {files.partitions}"
        )
    kind, library = storage.FORMATS.get(files.format, (storage.TEXT_FILES, storage.JSON))
    parameters = {"serialization.format": "1"} | (
        {"field.delim": files.delimiter} if files.format == "TEXTFILE" else {}
    )
    return {
        "Name": table,
        "TableType": "EXTERNAL_TABLE",
        "Parameters": {"EXTERNAL": "TRUE", "has_encrypted_data": "false", "write.compression": files.codec},
        "PartitionKeys": keys,
        "StorageDescriptor": {
            "Columns": columns[: len(columns) - len(keys)],
            "Location": str(place),
            **storage.described(kind, library, parameters),
        },
    }


def _fitted(answer: queries.Answer, table: Table, listed: list[str] | None) -> queries.Answer:
    """The answer's columns as those of the table, by their places; what is not named is null."""
    columns = table.columns + table.partition_keys
    names = listed or [column.name for column in columns]
    if len(names) != len(answer.kinds) or set(names) - {column.name for column in columns}:
        types = ", ".join(column.type for column in columns)
        raise QueryFailed(f"TYPE_MISMATCH: Insert query has mismatched column types: Table: [{types}], "
                          f"Query: [{', '.join(kind.lower() for kind in answer.kinds)}]")  # fmt: skip
    kinds = [duckdb_type(column.type) for column in columns]
    places = [f"c{names.index(column.name)}" if column.name in names else "NULL" for column in columns]
    values = ", ".join(f"CAST({place} AS {kind})" for place, kind in zip(places, kinds, strict=True))
    aliases = ", ".join(f"c{number}" for number in range(len(names)))
    statement = f"SELECT {values} FROM ({answer.statement}) AS answer({aliases})"
    return queries.Answer(statement, [column.name for column in columns], kinds)


def _register_new(session: Session, table: Table | None, place: Location, objects: list[str]) -> None:
    if table is None or not table.partition_keys or is_projected(table):
        return
    prefix = len(str(place.folder))
    for folder in sorted({each[prefix:].rpartition("/")[0] for each in objects}):
        values = [part.partition("=")[2] for part in folder.split("/")]
        try:
            register(session, table, values, f"{str(place.folder)}{folder}/")
        except AlreadyExistsException:
            continue
