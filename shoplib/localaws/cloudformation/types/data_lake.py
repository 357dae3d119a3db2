"""Glue and Athena."""

from typing import Any

from shoplib.localaws.cloudformation.api_type import ApiType, Aspect, Context, by, from_answer, prop, renamed
from shoplib.localaws.cloudformation.resource_providers import Properties


def _database(properties: Properties) -> Properties:
    values = {name: value for name, value in properties.items() if name != "DatabaseName"}
    chosen = values["DatabaseInput"].get("Name") or properties["DatabaseName"]
    return {**values, "DatabaseInput": {**values["DatabaseInput"], "Name": chosen.lower()}}


def _database_name(context: Context) -> str:
    name = context.properties["DatabaseInput"].get("Name") or context.properties["DatabaseName"]
    return str(name).lower()


def _table(properties: Properties) -> Properties:
    return {name: value for name, value in properties.items() if name != "OpenTableFormatInput"}


def _update_table(context: Context, before: Properties) -> None:
    context.client().update_table(
        DatabaseName=context.properties["DatabaseName"], TableInput=context.properties["TableInput"]
    )


def _update_database(context: Context, before: Properties) -> None:
    context.client().update_database(Name=context.ref, DatabaseInput=_database(context.properties)["DatabaseInput"])


def _update_work_group(context: Context, before: Properties) -> None:
    changed = {name: context.properties[name] for name in ("Description",) if name in context.properties}
    stated = context.properties.get("WorkGroupConfiguration", {})
    updates = renamed(ResultConfiguration="ResultConfigurationUpdates")(stated)
    context.client().update_work_group(WorkGroup=context.ref, ConfigurationUpdates=updates, **changed)


def _state(context: Context, state: Any) -> None:
    context.client().update_work_group(WorkGroup=context.ref, State=state or "ENABLED")


def _without_delete_option(properties: Properties) -> Properties:
    dropped = ("RecursiveDeleteOption", "WorkGroupConfigurationUpdates")
    values = {name: value for name, value in properties.items() if name not in dropped}
    return renamed(WorkGroupConfiguration="Configuration")(values)


def _update_statement(context: Context, before: Properties) -> None:
    context.client().update_prepared_statement(**context.properties)


def _statement_key(context: Context) -> Properties:
    return {"StatementName": context.ref, "WorkGroup": context.properties["WorkGroup"]}


TYPES = {
    "AWS::Glue::Database": ApiType(
        service="glue",
        create_call="create_database",
        shape=_database,
        update_call=_update_database,
        name="DatabaseName",
        fixed=frozenset({"CatalogId"}),
        ref=_database_name,
        delete_call="delete_database",
        key=by("Name"),
    ),
    "AWS::Glue::Table": ApiType(
        service="glue",
        create_call="create_table",
        shape=_table,
        update_call=_update_table,
        fixed=frozenset({"CatalogId", "DatabaseName"}),
        ref=lambda context: str(context.properties["TableInput"]["Name"]),
        delete_call="delete_table",
        key=lambda context: {"DatabaseName": context.properties["DatabaseName"], "Name": context.ref},
    ),
    "AWS::Athena::WorkGroup": ApiType(
        service="athena",
        create_call="create_work_group",
        shape=_without_delete_option,
        update_call=_update_work_group,
        name="Name",
        ref=prop("Name"),
        delete_call="delete_work_group",
        key=lambda context: {"WorkGroup": context.ref, "RecursiveDeleteOption": True},
        aspects=(Aspect("State", _state),),
    ),
    "AWS::Athena::NamedQuery": ApiType(
        service="athena",
        create_call="create_named_query",
        name="Name",
        ref=from_answer("NamedQueryId"),
        delete_call="delete_named_query",
        key=by("NamedQueryId"),
        attributes={"NamedQueryId": lambda context: context.ref},
    ),
    "AWS::Athena::PreparedStatement": ApiType(
        service="athena",
        create_call="create_prepared_statement",
        update_call=_update_statement,
        fixed=frozenset({"StatementName", "WorkGroup"}),
        ref=prop("StatementName"),
        delete_call="delete_prepared_statement",
        key=_statement_key,
    ),
    "AWS::Athena::DataCatalog": ApiType(
        service="athena",
        create_call="create_data_catalog",
        name="Name",
        ref=prop("Name"),
        delete_call="delete_data_catalog",
        key=by("Name"),
    ),
}
