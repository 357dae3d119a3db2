"""Addresses outside of this machine to which a rule, a pipe or a delivery stream of a template would send: nothing is
sent there, so that the template is refused before anything is made."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from shoplib.localaws.cloudformation.errors import ValidationError
from shoplib.localaws.cloudformation.intrinsics import Scope, resolve
from shoplib.localaws.cloudformation.template_checks import name_in
from shoplib.localaws.notifications import http_targets

Resources = Mapping[str, dict[str, Any]]
DESTINATION = "AWS::Events::ApiDestination"
HOST = re.compile(r"https?://[^/$]+/")
OF_STREAM = ("HttpEndpointDestinationConfiguration", "EndpointConfiguration", "Url")
OF_CONNECTION = ("AuthParameters", "OAuthParameters", "AuthorizationEndpoint")


def objections(resources: Resources, scope: Scope) -> Iterator[str]:
    for name, resource in resources.items():
        for destination in map(name_in, _targets(resource)):
            if reason := _leads_out(destination, resources, scope):
                yield f"{name}: the target {destination} is not supported: {reason}"
        if reason := http_targets.leads_out(_text(_of_stream(resource), scope)):
            yield f"{name}: {reason}"


def _of_stream(resource: Mapping[str, Any]) -> Any:
    is_stream = resource["Type"] == "AWS::KinesisFirehose::DeliveryStream"
    return _at(resource["Properties"], OF_STREAM) if is_stream else None


def _targets(resource: Mapping[str, Any]) -> list[Any]:
    properties = resource["Properties"]
    if resource["Type"] == "AWS::Pipes::Pipe":
        return [properties.get("Target")]
    items = properties.get("Targets") if resource["Type"] == "AWS::Events::Rule" else None
    return [each.get("Arn") for each in items if isinstance(each, dict)] if isinstance(items, list) else []


def _leads_out(name: str, resources: Resources, scope: Scope) -> str | None:
    """Of an API destination of this template."""
    destination = resources.get(name, {})
    if destination.get("Type") != DESTINATION:
        return None
    properties = destination["Properties"]
    connection = resources.get(name_in(properties.get("ConnectionArn")), {}).get("Properties")
    endpoints = (properties.get("InvocationEndpoint"), _at(connection, OF_CONNECTION))
    return http_targets.leads_out(*(_text(each, scope) for each in endpoints))


def _at(value: Any, path: tuple[str, ...]) -> Any:
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _text(value: Any, scope: Scope) -> str:
    """As far as the host is told by what is known before anything is made; else empty."""
    try:
        address = resolve(value, scope)
    except ValidationError:
        written = value.get("Fn::Sub")
        host = HOST.match(written[0] if isinstance(written, list) else str(written))
        return host[0] if host else ""
    return address if isinstance(address, str) else ""
