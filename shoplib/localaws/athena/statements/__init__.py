"""Statements of Athena's, each carried out in its session."""

import re
from collections.abc import Callable, Mapping

from sqlglot import exp

from shoplib.localaws.athena.session import Outcome, Session
from shoplib.localaws.athena.sql.dialect import as_query, parse
from shoplib.localaws.athena.statements import definitions, prepared, queries, showing, writing
from shoplib.localaws.athena.statements.grammar import Kind, bare, classify

Run = Callable[[Session, "re.Match[str]"], Outcome]
BY_MATCH: Mapping[str, Run] = {
    "UNLOAD": writing.unload,
    "CREATE_VIEW": definitions.create_view,
    "CREATE_DATABASE": definitions.create_database,
    "DROP_DATABASE": definitions.drop_database,
    "DROP_TABLE": definitions.drop_table,
    "DROP_VIEW": definitions.drop_table,
    "ALTER_TABLE_ADD_PARTITION": definitions.add_partitions,
    "ALTER_TABLE_DROP_PARTITION": definitions.drop_partitions,
    "ALTER_TABLE_ADD_COLUMNS": definitions.add_columns,
    "ALTER_TABLE_SET_LOCATION": definitions.set_location,
    "ALTER_TABLE_SET_PROPERTIES": definitions.set_properties,
    "MSCK_REPAIR_TABLE": definitions.repair,
    "SHOW_DATABASES": showing.databases,
    "SHOW_TABLES": showing.tables,
    "SHOW_VIEWS": showing.views,
    "SHOW_PARTITIONS": showing.partitions,
    "SHOW_COLUMNS": showing.columns,
    "SHOW_TBLPROPERTIES": showing.properties,
    "SHOW_CREATE_TABLE": showing.create_table,
    "SHOW_CREATE_VIEW": showing.create_view,
    "DESCRIBE": showing.describe,
    "PREPARE": prepared.prepare,
    "DEALLOCATE": prepared.deallocate,
}
BY_TEXT: Mapping[str, Callable[[Session, str], Outcome]] = {
    "INSERT": writing.insert,
    "CREATE_TABLE": definitions.create_table,
    "CREATE_TABLE_AS_SELECT": writing.create_table_as,
}


def check(text: str) -> Kind:
    """What kind of statement it is; InvalidRequest for one that is malformed, before anything is run."""
    kind, match = classify(text)
    if kind.name == "CREATE_TABLE":
        definitions.external_table(bare(text))
    elif kind.name in ("UNLOAD", "CREATE_VIEW"):
        as_query(parse(match["query"]))
    elif kind.name == "SELECT":
        as_query(parse(bare(text)))
    elif kind.name in ("INSERT", "CREATE_TABLE_AS_SELECT"):
        as_query(parse(bare(text)).args.get("expression") or exp.Null())
    return kind


def run(session: Session) -> Outcome:
    kind, match = classify(session.text)
    statement = bare(session.text)
    if kind.name == "SELECT":
        return queries.run(session, as_query(parse(statement)))
    if kind.name in BY_TEXT:
        return BY_TEXT[kind.name](session, statement)
    return BY_MATCH[kind.name](session, match)
