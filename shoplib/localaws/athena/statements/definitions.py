"""Databases, tables, views and partitions: what a statement says of them goes into the Glue catalog."""

import re
from typing import Any

from moto.glue.exceptions import AlreadyExistsException
from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError

from shoplib.localaws.athena.errors import InvalidRequest, QueryFailed
from shoplib.localaws.athena.hive_types import duckdb_type, hive_type
from shoplib.localaws.athena.objects import Location
from shoplib.localaws.athena.session import Outcome, Row, Session
from shoplib.localaws.athena.sql.dialect import as_query, malformed, parse
from shoplib.localaws.athena.statements import queries
from shoplib.localaws.athena.statements.grammar import pairs
from shoplib.localaws.athena.statements.storage import serde_of
from shoplib.localaws.athena.tables.catalog import CATALOG, Table, presto_view

Match = re.Match[str]
PARTITION = re.compile(r"\s*,?\s*PARTITION\s*\(([^)]*)\)(?:\s+LOCATION\s+'([^']*)')?", re.IGNORECASE)


def create_database(session: Session, match: Match) -> Outcome:
    name = match["name"].lower()
    if session.catalog.has_database(name) and name != "default":
        if match["exists"]:
            return Outcome()
        raise QueryFailed(f"FAILED: SemanticException [Error 10003]: Database {name} already exists")
    described = {"Name": name, "Description": match["comment"], "LocationUri": match["location"]}
    values = {key: value for key, value in described.items() if value is not None}
    session.catalog.glue.create_database(name, {**values, "Parameters": pairs(match["properties"])})
    return Outcome()


def drop_database(session: Session, match: Match) -> Outcome:
    name, catalog = match["name"].lower(), session.catalog
    if name not in catalog.glue.databases:
        if match["exists"]:
            return Outcome()
        raise QueryFailed(f"FAILED: SemanticException [Error 10072]: Database does not exist: {name}")
    if catalog.tables(name) and not match["cascade"]:
        raise QueryFailed(f"FAILED: Execution Error: Database {name} is not empty. One or more tables exist.")
    catalog.glue.delete_database(name)
    return Outcome()


def create_table(session: Session, text: str) -> Outcome:
    table = external_table(text)
    database = (table.this.this.db or session.database).lower()
    _require_database(session, database)
    if session.catalog.find(database, table.this.this.name):
        if table.args.get("exists"):
            return Outcome()
        raise QueryFailed(f"FAILED: SemanticException table already exists: {database}.{table.this.this.name.lower()}")
    described = _described(table)
    session.catalog.glue.create_table(database, described["Name"], described)
    return Outcome()


def external_table(text: str) -> exp.Create:
    """The statement's tree, in Hive's grammar; InvalidRequest for one that is malformed."""
    try:
        parsed = parse_one(text, dialect="hive")
    except SqlglotError as error:
        raise malformed(text, error) from None
    if not isinstance(parsed, exp.Create) or not isinstance(parsed.this, exp.Schema):
        raise InvalidRequest("line 1:1: a CREATE EXTERNAL TABLE needs columns in brackets", "MALFORMED_QUERY")
    return parsed


def _described(table: exp.Create) -> dict[str, Any]:
    properties = table.args["properties"]
    location = properties.find(exp.LocationProperty)
    if location is None:
        raise QueryFailed("FAILED: Execution Error: MetaException(message: LOCATION is required for an external table)")
    partitioned = properties.find(exp.PartitionedByProperty)
    comment = properties.find(exp.SchemaCommentProperty)
    parameters = {
        each.this.name: each.args["value"].name for each in properties.expressions if type(each) is exp.Property
    }
    place = Location.parse(location.this.name)
    described: dict[str, Any] = {
        "Name": table.this.this.name.lower(),
        "TableType": "EXTERNAL_TABLE",
        "Parameters": {"EXTERNAL": "TRUE", **parameters},
        "PartitionKeys": [_column(each) for each in partitioned.this.expressions] if partitioned else [],
        "StorageDescriptor": {
            "Columns": [_column(each) for each in table.this.expressions],
            "Location": str(place),
            **serde_of(properties),
        },
    }
    return described | ({"Description": comment.this.name} if comment else {})


def _column(column: exp.ColumnDef) -> dict[str, str]:
    kind = hive_type(duckdb_type(column.args["kind"].sql("hive")))
    comment = column.find(exp.CommentColumnConstraint)
    return {"Name": column.name.lower(), "Type": kind} | ({"Comment": comment.this.name} if comment else {})


def drop_table(session: Session, match: Match) -> Outcome:
    database, name = (match["database"] or session.database).lower(), match["name"].lower()
    if session.catalog.find(database, name) is None:
        if match["exists"]:
            return Outcome()
        raise QueryFailed(f"FAILED: SemanticException [Error 10001]: Table not found {database}.{name}")
    session.catalog.glue.delete_table(database, name)
    return Outcome()


def create_view(session: Session, match: Match) -> Outcome:
    """Bound once, so that a view that cannot be read is not made."""
    database, name = (match["database"] or session.database).lower(), match["name"].lower()
    _require_database(session, database)
    query = as_query(parse(match["query"]))
    answer = queries.bind(session, query)
    columns = [(name.lower(), hive_type(kind)) for name, kind in zip(answer.names, answer.kinds, strict=True)]
    described = {
        "Name": name,
        "TableType": "VIRTUAL_VIEW",
        "Parameters": {"presto_view": "true", "comment": "Presto View"},
        "ViewOriginalText": presto_view(match["query"], session.database, [{"name": c, "type": k} for c, k in columns]),
        "ViewExpandedText": "/* Presto View */",
        "StorageDescriptor": {"Columns": [{"Name": c, "Type": k} for c, k in columns], "Location": "", "SerdeInfo": {}},
    }
    existing = session.catalog.find(database, name)
    if existing is None:
        session.catalog.glue.create_table(database, name, described)
    elif match["replace"] and existing.view_text:
        session.catalog.glue.update_table(database, name, described)
    else:
        raise QueryFailed(f"TABLE_ALREADY_EXISTS: line 1:1: View already exists: '{CATALOG}.{database}.{name}'")
    session.scanned_bytes = 0
    return Outcome()


def add_partitions(session: Session, match: Match) -> Outcome:
    table = find(session, match)
    for values, location in _partitions(table, match["partitions"]):
        try:
            register(session, table, values, location)
        except AlreadyExistsException:
            if not match["exists"]:
                raise QueryFailed(
                    "FAILED: SemanticException AlreadyExistsException: Partition already exists."
                ) from None
    return Outcome()


def drop_partitions(session: Session, match: Match) -> Outcome:
    table = find(session, match)
    present = [values for values, _ in session.catalog.partitions(table)]
    for values, _ in _partitions(table, match["partitions"]):
        if values in present:
            session.catalog.glue.delete_partition(table.database, table.name, values)  # type: ignore[arg-type]
        elif not match["exists"]:
            raise QueryFailed(f"FAILED: SemanticException [Error 10006]: Partition not found {values}")
    return Outcome()


def _partitions(table: Table, text: str) -> list[tuple[list[str], str]]:
    partitions = []
    for match in PARTITION.finditer(text):
        by_name = {name.lower(): value for name, value in pairs(match[1]).items()}
        if set(by_name) != {key.name for key in table.partition_keys}:
            raise QueryFailed(
                f"FAILED: SemanticException partition spec {by_name} doesn't contain all partition columns"
            )
        values = [by_name[key.name] for key in table.partition_keys]
        partitions.append((values, match[2] or partition_location(table, values)))
    return partitions


def partition_location(table: Table, values: list[str]) -> str:
    folders = "/".join(f"{key.name}={value}" for key, value in zip(table.partition_keys, values, strict=True))
    return f"{table.location.rstrip('/')}/{folders}/"


def register(session: Session, table: Table, values: list[str], location: str) -> None:
    storage = {**table.storage, "Location": location}
    session.catalog.glue.create_partition(table.database, table.name, {"Values": values, "StorageDescriptor": storage})


def repair(session: Session, match: Match) -> Outcome:
    """Partitions are the folders key=value that hold data."""
    table = find(session, match)
    names = [key.name for key in table.partition_keys]
    present = [values for values, _ in session.catalog.partitions(table)]
    rows: list[Row] = []
    for folder in session.objects.folders(Location.parse(table.location)):
        parts = [part.partition("=") for part in folder.split("/")][: len(names)]
        values = [value for _, _, value in parts]
        if [name.lower() for name, _, _ in parts] == names and values not in present:
            register(session, table, values, partition_location(table, values))
            present.append(values)
            rows.append(
                [f"Repair: Added partition to metastore {table.name}:{'/'.join(folder.split('/')[: len(names)])}"]
            )
    return Outcome(rows=rows)


def add_columns(session: Session, match: Match) -> Outcome:
    table = find(session, match)
    parsed = external_table(f"CREATE EXTERNAL TABLE x ({match['columns']})")
    columns = [*table.storage["Columns"], *(_column(each) for each in parsed.this.expressions)]
    return _update(session, table, StorageDescriptor={**table.storage, "Columns": columns})


def set_location(session: Session, match: Match) -> Outcome:
    table = find(session, match)
    return _update(
        session, table, StorageDescriptor={**table.storage, "Location": str(Location.parse(match["location"]))}
    )


def set_properties(session: Session, match: Match) -> Outcome:
    table = find(session, match)
    return _update(session, table, Parameters={**table.parameters, **pairs(match["properties"])})


def _update(session: Session, table: Table, **changes: Any) -> Outcome:
    own = session.catalog.glue.get_table(table.database, table.name)
    described = own.get_version(str(own._current_version))
    session.catalog.glue.update_table(table.database, table.name, {**described, **changes})
    return Outcome()


def find(session: Session, match: Match) -> Table:
    """QueryFailed for a table that does not exist."""
    table = session.catalog.find(match["database"] or session.database, match["name"])
    if table is None:
        raise QueryFailed(f"FAILED: SemanticException [Error 10001]: Table not found {match['name']}")
    return table


def _require_database(session: Session, name: str) -> None:
    """The database `default` is there, if only from its first table on."""
    if not session.catalog.has_database(name):
        raise QueryFailed(f"FAILED: SemanticException [Error 10072]: Database does not exist: {name}")
    if name not in session.catalog.glue.databases:
        session.catalog.glue.create_database(name, {"Name": name})
