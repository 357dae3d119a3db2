"""What a template shows of services that are not here: actions of its policies, principals of its roles, SDK calls."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from shoplib.localaws.available_services import is_available

SDK_CALL = re.compile(r"arn:aws[a-z-]*:(?:states|scheduler):::aws-sdk:([A-Za-z0-9]+):")
STATES_CALL = re.compile(r"arn:aws[a-z-]*:states:::([a-z0-9-]+):[A-Za-z]+")
GATEWAY_CALL = re.compile(r"arn:aws[a-z-]*:apigateway:(?:\$\{[^}]*\}|[^:])*:([a-z0-9.-]+):(?:action|path)/")
PRINCIPAL = re.compile(r"([a-z0-9-]+)\.(?:[a-z0-9-]+\.)?amazonaws\.com(?:\.cn)?")
OF_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")


def absent_services(resources: Mapping[str, dict[str, Any]]) -> list[str]:
    """`translate (action translate:TranslateText of Role)` for each that the resources would need."""
    absent = {
        f"{service} ({where} of {name})": None
        for name, resource in resources.items()
        for service, where in _services(resource)
        if not is_available(service)
    }
    return list(absent)


def _services(resource: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    properties = resource["Properties"]
    if resource["Type"].startswith("AWS::IAM::"):
        for statement in _statements(properties):
            yield from _of_statement(statement)
    text = json.dumps(properties, default=str)
    for call in (SDK_CALL, STATES_CALL, GATEWAY_CALL):
        for match in call.finditer(text):
            if match[1] != "aws-sdk":
                yield match[1].rpartition(".")[2], f"call {match[0].rstrip(':/')}"


def _statements(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, list):
        for item in value:
            yield from _statements(item)
    elif isinstance(value, dict):
        if value.get("Effect") == "Allow":
            yield value
        for item in value.values():
            yield from _statements(item)


def _of_statement(statement: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for action in _texts(statement.get("Action")):
        service, colon, _ = action.partition(":")
        if colon and "*" not in service:
            yield service, f"action {action}"
    principal = statement.get("Principal")
    for name in _texts(principal.get("Service") if isinstance(principal, dict) else None):
        match = PRINCIPAL.fullmatch(name)
        if match:
            yield _service_of(name), f"principal {name}"


def _service_of(principal: str) -> str:
    """`events.amazonaws.com`, `logs.eu-west-1.amazonaws.com`, `dynamodb.application-autoscaling.amazonaws.com`."""
    labels = principal.partition(".amazonaws.com")[0].split(".")
    return labels[0] if len(labels) == 1 or OF_REGION.fullmatch(labels[1]) else labels[1]


def _texts(value: Any) -> list[str]:
    return [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, str)]
