"""Step Functions."""

import json
import re
from dataclasses import replace
from typing import Any

from shoplib.localaws.clients import client
from shoplib.localaws.cloudformation.api_type import ApiType, Context, by, from_answer, prop, renamed, short
from shoplib.localaws.cloudformation.intrinsics import text
from shoplib.localaws.cloudformation.resource_providers import PhysicalResource, Properties, Request
from shoplib.localaws.cloudformation.shapes import arguments, known
from shoplib.localaws.cloudformation.template import parse_value
from shoplib.localaws.cloudformation.types import tagging

VARIABLE = re.compile(r"\$\{([A-Za-z0-9_]+)\}")
RENAMED = {"StateMachineName": "name", "StateMachineType": "type"}
SOURCES = ("Definition", "DefinitionString", "DefinitionS3Location", "DefinitionSubstitutions")


def definition(properties: Properties, read: Any) -> str:
    """The Amazon States Language text with ${variables} of DefinitionSubstitutions put in."""
    if "DefinitionS3Location" in properties:
        return _as_json(_substituted(read(properties["DefinitionS3Location"]), properties))
    if "DefinitionString" in properties:
        return _substituted(properties["DefinitionString"], properties)
    return _substituted(json.dumps(properties["Definition"]), properties)


def _substituted(source: str, properties: Properties) -> str:
    values = properties.get("DefinitionSubstitutions") or {}
    return VARIABLE.sub(lambda match: text(values[match[1]]) if match[1] in values else match[0], source)


def _as_json(source: str) -> str:
    """What S3 has may be YAML, too. What is neither is left for Step Functions to refuse."""
    if source.lstrip().startswith("{"):
        return source
    try:
        return json.dumps(parse_value(source), ensure_ascii=False)
    except ValueError:
        return source


def _arguments(properties: Properties) -> Properties:
    others = {RENAMED.get(name, name): value for name, value in properties.items() if name not in SOURCES}
    return {**others, "definition": properties["DefinitionString"]}


def _update(context: Context, before: Properties) -> None:
    client = context.client()
    values = known(client, "update_state_machine", _arguments(context.properties))
    changed = {"stateMachineArn": context.ref, **values}
    client.update_state_machine(**arguments(client, "update_state_machine", changed))


def _revision_id(context: Context) -> str:
    described = context.client().describe_state_machine(stateMachineArn=context.ref)
    return str(described.get("revisionId", "INITIAL"))


def _routes(properties: Properties) -> Properties:
    """An alias that is deployed at once sends everything to its version."""
    preference = properties.get("DeploymentPreference")
    others = {name: value for name, value in properties.items() if name != "DeploymentPreference"}
    if preference is None:
        return others
    return {
        **others,
        "RoutingConfiguration": [{"StateMachineVersionArn": preference["StateMachineVersionArn"], "Weight": 100}],
    }


class StateMachine(ApiType):
    """The definition comes from three possible places: it is read first, and then is like any other property."""

    def create(self, request: Request) -> PhysicalResource:
        return super().create(_defined(request))

    def update(self, current: PhysicalResource, old: Properties, request: Request) -> PhysicalResource | None:
        return super().update(current, old, _defined(request))


def _defined(request: Request) -> Request:
    def read(location: Properties) -> str:
        s3 = client("s3", request.account_id, request.region)
        version = {"VersionId": location["Version"]} if location.get("Version") else {}
        body = s3.get_object(Bucket=location["Bucket"], Key=location["Key"], **version)["Body"]
        return str(body.read().decode())

    others = {name: value for name, value in request.properties.items() if name not in SOURCES}
    properties = {**others, "DefinitionString": definition(request.properties, read)}
    return replace(request, properties=properties)


TYPES = {
    "AWS::StepFunctions::StateMachine": StateMachine(
        service="stepfunctions",
        create_call="create_state_machine",
        shape=_arguments,
        update_call=_update,
        name="StateMachineName",
        generated=short(80),
        fixed=frozenset({"StateMachineType"}),
        ref=from_answer("stateMachineArn"),
        delete_call="delete_state_machine",
        key=by("stateMachineArn"),
        attributes={
            "Arn": lambda context: context.ref,
            "Name": prop("StateMachineName"),
            "StateMachineRevisionId": _revision_id,
        },
        aspects=(tagging.STATES,),
    ),
    "AWS::StepFunctions::StateMachineVersion": ApiType(
        service="stepfunctions",
        create_call="publish_state_machine_version",
        shape=renamed(StateMachineRevisionId="RevisionId"),
        ref=from_answer("stateMachineVersionArn"),
        delete_call="delete_state_machine_version",
        key=by("stateMachineVersionArn"),
        attributes={"Arn": lambda context: context.ref},
    ),
    "AWS::StepFunctions::StateMachineAlias": ApiType(
        service="stepfunctions",
        create_call="create_state_machine_alias",
        update_call="update_state_machine_alias",
        shape=_routes,
        name="Name",
        generated=short(80),
        ref=from_answer("stateMachineAliasArn"),
        delete_call="delete_state_machine_alias",
        key=by("stateMachineAliasArn"),
        attributes={"Arn": lambda context: context.ref},
    ),
    "AWS::StepFunctions::Activity": ApiType(
        service="stepfunctions",
        create_call="create_activity",
        name="Name",
        generated=short(80),
        ref=from_answer("activityArn"),
        delete_call="delete_activity",
        key=by("activityArn"),
        attributes={"Arn": lambda context: context.ref, "Name": prop("Name")},
        aspects=(tagging.STATES,),
    ),
}
