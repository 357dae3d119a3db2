"""Custom resources: a Lambda function (or SNS topic) makes them and answers at a URL of the engine."""

import json
import os
import threading
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from shoplib.localaws.clients import client
from shoplib.localaws.cloudformation.addresses import on_this_machine
from shoplib.localaws.cloudformation.errors import ResourceFailed, ValidationError
from shoplib.localaws.cloudformation.resource_providers import PhysicalResource, Properties, Request, declare

# AWS waits an hour; a function here that has not answered after this long never will.
ANSWER_SECONDS = 120
DOOR = "/_aws/custom-resource/"


@dataclass
class _Answer:
    arrived: threading.Event = field(default_factory=threading.Event)
    body: dict[str, Any] = field(default_factory=dict)


_awaited: dict[str, _Answer] = {}


class CustomResource:
    """AWS::CloudFormation::CustomResource and Custom::*."""

    def create(self, request: Request) -> PhysicalResource:
        return _resource(_ask("Create", request), request.name)

    def update(self, current: PhysicalResource, old: Properties, request: Request) -> PhysicalResource | None:
        answer = _ask(
            "Update", request, PhysicalResourceId=current.physical_id, OldResourceProperties=_as_texts(old, request)
        )
        now = _resource(answer, current.physical_id)
        return replace(now, replaces=now.physical_id != current.physical_id)

    def delete(self, current: PhysicalResource, request: Request) -> None:
        _ask("Delete", request, PhysicalResourceId=current.physical_id)


class CustomResourceEndpoint:
    """WSGI: where the function PUTs its answer, the ResponseURL of its event."""

    def matches(self, environ: dict[str, Any]) -> bool:
        return str(environ["PATH_INFO"]).startswith(DOOR)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        answer = _awaited.get(environ["PATH_INFO"].removeprefix(DOOR))
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        if answer:
            answer.body = json.loads(body)
            answer.arrived.set()
        start_response("200 OK", [("Content-Length", "0")])
        return []


def _ask(what: str, request: Request, **more: Any) -> dict[str, Any]:
    request_id = str(uuid.uuid4())
    answer = _awaited[request_id] = _Answer()
    try:
        _send(_event(what, request, request_id) | more, request)
        if not answer.arrived.wait(float(request.properties.get("ServiceTimeout", ANSWER_SECONDS))):
            raise ResourceFailed("CloudFormation did not receive a response from your Custom Resource.")
    finally:
        del _awaited[request_id]
    if answer.body.get("Status") != "SUCCESS":
        raise ResourceFailed(f"Received response status [FAILED] from custom resource. {answer.body.get('Reason', '')}")
    return answer.body


def _event(what: str, request: Request, request_id: str) -> dict[str, Any]:
    return {
        "RequestType": what,
        "ServiceToken": request.properties.get("ServiceToken"),
        "ResponseURL": f"{os.environ['AWS_ENDPOINT_URL']}{DOOR}{request_id}",
        "StackId": request.stack_id,
        "RequestId": request_id,
        "LogicalResourceId": request.logical_id,
        "ResourceType": request.type,
        "ResourceProperties": _as_texts(request.properties, request),
    }


def _send(event: dict[str, Any], request: Request) -> None:
    token = str(event["ServiceToken"])
    if ":sns:" in token:
        client("sns", request.account_id, request.region).publish(TopicArn=token, Message=json.dumps(event))
        return
    client("lambda", request.account_id, request.region).invoke(
        FunctionName=token, InvocationType="Event", Payload=json.dumps(event).encode()
    )


def _resource(answer: dict[str, Any], name: str) -> PhysicalResource:
    return PhysicalResource(str(answer.get("PhysicalResourceId") or name), partial(_value, answer.get("Data") or {}))


def _value(data: dict[str, Any], attribute: str) -> Any:
    if attribute not in data:
        raise ValidationError(f"CustomResource attribute error: Vendor response doesn't contain {attribute} attribute")
    return data[attribute]


def _as_texts(value: Any, request: Request) -> Any:
    """Custom resources get every scalar as text, and addresses as outputs have them."""
    if isinstance(value, dict):
        return {key: _as_texts(item, request) for key, item in value.items()}
    if isinstance(value, list):
        return [_as_texts(item, request) for item in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    return on_this_machine(str(value), request.account_id)


def names_this_engine(properties: Properties, request: Request) -> bool:
    """Whether its function is given an address of this engine, which may then stand in what the function writes."""
    port = os.environ["AWS_ENDPOINT_URL"].rpartition(":")[2]
    return f":{port}" in json.dumps(_as_texts(properties, request))


def install() -> None:
    declare("AWS::CloudFormation::CustomResource", CustomResource())
