"""EventBridge: buses, rules, archives, connections and API destinations."""

import json
from collections.abc import Callable
from typing import Any

from shoplib.localaws.cloudformation.api_type import ApiType, Aspect, Context, by, from_answer, prop, short, succeeds
from shoplib.localaws.cloudformation.errors import ResourceFailed
from shoplib.localaws.cloudformation.resource_providers import Properties
from shoplib.localaws.cloudformation.shapes import arguments
from shoplib.localaws.cloudformation.types import tagging

DEFAULT_BUS = "default"


def _bus(context: Context) -> str:
    """Rules name their bus by name or ARN."""
    return str(context.properties.get("EventBusName", DEFAULT_BUS)).rsplit("/", 1)[-1]


def _rule_ref(context: Context) -> str:
    """The name alone on the default bus, else `bus|name`."""
    name, bus = str(context.properties["Name"]), _bus(context)
    return name if bus == DEFAULT_BUS else f"{bus}|{name}"


def _rule_key(context: Context) -> Properties:
    return {"Name": context.ref.rsplit("|", 1)[-1], "EventBusName": _bus(context)}


def _rule_arn(context: Context) -> str:
    name, bus = context.ref.rsplit("|", 1)[-1], _bus(context)
    return context.arn(f"rule/{name}" if bus == DEFAULT_BUS else f"rule/{bus}/{name}")


def _targets(context: Context, targets: Any) -> None:
    client = context.client()
    key = {"Rule": context.ref.rsplit("|", 1)[-1], "EventBusName": _bus(context)}
    ids = [str(target["Id"]) for target in targets or []]
    present = [target["Id"] for target in client.list_targets_by_rule(**key)["Targets"]]
    dropped = [each for each in present if each not in ids]
    if dropped:
        client.remove_targets(**key, Ids=dropped)
    if targets:
        answer = client.put_targets(**arguments(client, "put_targets", {**key, "Targets": targets}))
        _require_none_failed(answer)


def _require_none_failed(answer: dict[str, Any]) -> None:
    if answer.get("FailedEntryCount"):
        raise ResourceFailed(f"targets were refused: {json.dumps(answer['FailedEntries'])}")


def _drop_targets(context: Context) -> None:
    _targets(context, [])


def _whole_policy(context: Context, document: Any) -> None:
    """The policy of a bus as one document; moto keeps statements."""
    client = context.client()
    if document is None:
        client.remove_permission(EventBusName=context.ref, RemoveAllPermissions=True)
    else:
        text = document if isinstance(document, str) else json.dumps(document)
        client.put_permission(EventBusName=context.ref, Policy=text)


def _put_permission(context: Context, action: Any) -> None:
    if action is not None:
        client, values = context.client(), {**context.properties, "EventBusName": _bus(context)}
        client.put_permission(**arguments(client, "put_permission", values))


def _put_statement(context: Context, statement: Any) -> None:
    """PutPermission takes a whole policy: the bus keeps its other statements."""
    if statement is None:
        return
    client, bus, id = context.client(), _bus(context), context.properties["StatementId"]
    text = client.describe_event_bus(Name=bus).get("Policy")
    others = [each for each in json.loads(text)["Statement"] if each["Sid"] != id] if text else []
    document = {"Version": "2012-10-17", "Statement": [*others, {**statement, "Sid": id}]}
    client.put_permission(EventBusName=bus, Policy=json.dumps(document))


def _bus_policy(context: Context) -> Properties:
    return {"StatementId": context.properties["StatementId"], "EventBusName": _bus(context)}


def _arn_for_policy(kind: str) -> Callable[[Context], str]:
    """Without the id, which changes when the resource is replaced."""
    return lambda context: context.arn(f"{kind}/{context.ref}")


def _secret(context: Context) -> str:
    return str(context.client().describe_connection(Name=context.ref)["SecretArn"])


TYPES = {
    "AWS::Pipes::Pipe": ApiType(
        service="pipes",
        create_call="create_pipe",
        update_call="update_pipe",
        name="Name",
        generated=short(64),
        fixed=frozenset({"Source"}),
        ref=prop("Name"),
        delete_call="delete_pipe",
        key=by("Name"),
        attributes={"Arn": from_answer("Arn")},
        aspects=(tagging.PIPE,),
    ),
    "AWS::Events::EventBus": ApiType(
        service="events",
        create_call="create_event_bus",
        name="Name",
        ref=prop("Name"),
        delete_call="delete_event_bus",
        key=by("Name"),
        attributes={"Arn": from_answer("EventBusArn"), "Name": prop("Name")},
        aspects=(Aspect("Policy", _whole_policy), tagging.BUS),
    ),
    "AWS::Events::EventBusPolicy": ApiType(
        service="events",
        create_call="describe_event_bus",  # which has to exist; the calls below put the statement
        shape=lambda properties: {"Name": str(properties.get("EventBusName", DEFAULT_BUS)).rsplit("/", 1)[-1]},
        ref=prop("StatementId"),
        delete_call="remove_permission",
        key=_bus_policy,
        aspects=(Aspect("Action", _put_permission), Aspect("Statement", _put_statement)),
    ),
    "AWS::Events::Rule": ApiType(
        service="events",
        create_call="put_rule",
        update_call="put_rule",
        name="Name",
        generated=short(64),
        exists=succeeds("describe_rule", Name="Name"),
        fixed=frozenset({"EventBusName"}),
        ref=_rule_ref,
        delete_call="delete_rule",
        key=_rule_key,
        attributes={"Arn": _rule_arn},
        aspects=(Aspect("Targets", _targets),),
        before_delete=_drop_targets,
    ),
    "AWS::Events::Archive": ApiType(
        service="events",
        create_call="create_archive",
        shape=lambda properties: {
            {"SourceArn": "EventSourceArn"}.get(name, name): value for name, value in properties.items()
        },
        update_call="update_archive",
        name="ArchiveName",
        generated=short(48),
        fixed=frozenset({"SourceArn"}),
        ref=prop("ArchiveName"),
        delete_call="delete_archive",
        key=by("ArchiveName"),
        attributes={"Arn": from_answer("ArchiveArn"), "ArchiveName": prop("ArchiveName")},
    ),
    "AWS::Events::Connection": ApiType(
        service="events",
        create_call="create_connection",
        update_call="update_connection",
        name="Name",
        generated=short(64),
        ref=prop("Name"),
        delete_call="delete_connection",
        key=by("Name"),
        attributes={
            "Arn": from_answer("ConnectionArn"),
            "ArnForPolicy": _arn_for_policy("connection"),
            "SecretArn": _secret,
        },
    ),
    "AWS::Events::ApiDestination": ApiType(
        service="events",
        create_call="create_api_destination",
        update_call="update_api_destination",
        name="Name",
        generated=short(64),
        ref=prop("Name"),
        delete_call="delete_api_destination",
        key=by("Name"),
        attributes={"Arn": from_answer("ApiDestinationArn"), "ArnForPolicy": _arn_for_policy("api-destination")},
    ),
}
