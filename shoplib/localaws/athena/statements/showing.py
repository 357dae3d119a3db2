"""SHOW and DESCRIBE: what the catalog holds, in lines of text."""

import re
from fnmatch import fnmatchcase

from shoplib.localaws.athena.errors import QueryFailed
from shoplib.localaws.athena.session import Outcome, ResultColumn, Row, Session
from shoplib.localaws.athena.statements.definitions import find
from shoplib.localaws.athena.tables.catalog import Column, Table
from shoplib.localaws.athena.tables.projection import is_projected, projected

Match = re.Match[str]
WIDTH = 20


def _lines(name: str, lines: list[str]) -> Outcome:
    return Outcome([ResultColumn(name, "string")], [[line] for line in lines])


def _like(names: list[str], pattern: str | None) -> list[str]:
    """Patterns have stars, and bars between alternatives."""
    if pattern is None:
        return names
    patterns = [each.lower().replace("%", "*") for each in pattern.split("|")]
    return [name for name in names if any(fnmatchcase(name, each) for each in patterns)]


def databases(session: Session, match: Match) -> Outcome:
    return _lines("database_name", _like(session.catalog.databases(), match["like"]))


def tables(session: Session, match: Match) -> Outcome:
    names = [table.name for table in _listed(session, match)]
    return _lines("tab_name", _like(names, match["like"]))


def views(session: Session, match: Match) -> Outcome:
    names = [table.name for table in _listed(session, match) if table.view_text]
    return _lines("views", _like(names, match["like"]))


def _listed(session: Session, match: Match) -> list[Table]:
    database = (match["database"] or session.database).lower()
    if not session.catalog.has_database(database):
        raise QueryFailed(f"FAILED: SemanticException [Error 10072]: Database does not exist: {database}")
    return session.catalog.tables(database)


def partitions(session: Session, match: Match) -> Outcome:
    table = find(session, match)
    if not table.partition_keys:
        raise QueryFailed(f"FAILED: Execution Error: Table {table.name} is not a partitioned table")
    listed = projected(table, {}) if is_projected(table) else session.catalog.partitions(table)
    names = [key.name for key in table.partition_keys]
    texts = ["/".join(f"{name}={value}" for name, value in zip(names, values, strict=True)) for values, _ in listed]
    return _lines("partition", texts)


def columns(session: Session, match: Match) -> Outcome:
    table = find(session, match)
    return _lines("field", [f"{column.name:<{WIDTH}}" for column in table.columns + table.partition_keys])


def properties(session: Session, match: Match) -> Outcome:
    parameters = find(session, match).parameters
    if match["property"]:
        parameters = {match["property"]: parameters.get(match["property"], "")}
    rows: list[Row] = [[f"{name}\t{value}"] for name, value in sorted(parameters.items())]
    return Outcome([ResultColumn("prpt_name", "string"), ResultColumn("prpt_value", "string")], rows)


def describe(session: Session, match: Match) -> Outcome:
    if match["extended"]:
        raise QueryFailed("NOT_SUPPORTED: the local AWS has DESCRIBE without EXTENDED and FORMATTED")
    table = find(session, match)
    lines = [_described(column) for column in table.columns + table.partition_keys]
    if table.partition_keys:
        titles = f"{'# col_name':<{WIDTH}}\t{'data_type':<{WIDTH}}\t{'comment':<{WIDTH}}"
        lines += ["\t \t ", "# Partition Information\t \t ", titles, "\t \t "]
        lines += [_described(column) for column in table.partition_keys]
    names = ("col_name", "data_type", "comment")
    return Outcome([ResultColumn(name, "string") for name in names], [[line] for line in lines])


def _described(column: Column) -> str:
    return f"{column.name:<{WIDTH}}\t{column.type:<{WIDTH}}\t{column.comment:<{WIDTH}}"


def create_table(session: Session, match: Match) -> Outcome:
    table = find(session, match)
    if table.view_text:
        raise QueryFailed(f"FAILED: {table.name} is a view: say SHOW CREATE VIEW")
    return _lines("createtab_stmt", list(_statement(table)))


def create_view(session: Session, match: Match) -> Outcome:
    table = find(session, match)
    if not table.view_text:
        raise QueryFailed(f"NOT_SUPPORTED: line 1:1: Relation '{table.name}' is a table, not a view")
    return _lines("Create View", [f"CREATE VIEW {table.database}.{table.name} AS", *table.view_text.splitlines()])


def _statement(table: Table) -> list[str]:
    lines = [f"CREATE EXTERNAL TABLE `{table.database}.{table.name}`(", *_definitions(table.columns)]
    if table.partition_keys:
        lines += ["PARTITIONED BY ( ", *_definitions(table.partition_keys)]
    serde = table.storage.get("SerdeInfo") or {}
    lines += ["ROW FORMAT SERDE ", f"  '{serde.get('SerializationLibrary')}' "]
    if table.serde_parameters:
        lines += ["WITH SERDEPROPERTIES ( ", *_pairs(table.serde_parameters)]
    lines += ["STORED AS INPUTFORMAT ", f"  '{table.storage.get('InputFormat')}' "]
    lines += ["OUTPUTFORMAT ", f"  '{table.storage.get('OutputFormat')}'", "LOCATION", f"  '{table.location}'"]
    return lines + ["TBLPROPERTIES (", *_pairs(table.parameters)]


def _definitions(columns: list[Column]) -> list[str]:
    return [
        f"  `{each.name}` {each.type}{',' if number < len(columns) else ')'} " for number, each in enumerate(columns, 1)
    ]


def _pairs(values: dict[str, str]) -> list[str]:
    last = len(values)
    return [
        f"  '{name}'='{value}'{', ' if n < last else ')'}" for n, (name, value) in enumerate(sorted(values.items()), 1)
    ]
