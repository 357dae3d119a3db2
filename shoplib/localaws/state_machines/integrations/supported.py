"""Which resources of Task states work here; others are refused by name before anything is made."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from shoplib.localaws.available_services import is_absent_call, is_available
from shoplib.localaws.sdk_operations import operation_of
from shoplib.localaws.state_machines.definition.check import machines_within
from shoplib.localaws.state_machines.definition.faults import Fault, schema
from shoplib.localaws.state_machines.definition.map_fields import is_of_map
from shoplib.localaws.state_machines.definition.resources import Resource, resource_of

CALLBACK = "waitForTaskToken"
RESOURCE = r"arn:aws[a-z-]*:states:::[A-Za-z0-9:.-]+"
PARQUET = r'\\?"InputType\\?"\s*:\s*\\?"PARQUET'
# The operations of optimized integrations, and how their end can be waited for.
OPTIMIZED: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "lambda": {"invoke": ("", CALLBACK)},
    "sqs": {"sendMessage": ("", CALLBACK)},
    "sns": {"publish": ("", CALLBACK)},
    "dynamodb": {"getItem": ("",), "putItem": ("",), "updateItem": ("",), "deleteItem": ("",)},
    "athena": {
        "startQueryExecution": ("", "sync"),
        **dict.fromkeys(("stopQueryExecution", "getQueryExecution", "getQueryResults"), ("",)),
    },
    "events": {"putEvents": ("", CALLBACK)},
    "apigateway": {"invoke": ("", CALLBACK)},
    "states": {"startExecution": ("", "sync", "sync:2", CALLBACK)},
}
Machine = Mapping[str, Any]


def refusal(definition: Machine) -> str:
    """What the local AWS does not have of the definition; nothing when it has all."""
    return "; ".join(dict.fromkeys(_missing(definition, "")))


def missing_from_text(text: str) -> str:
    """The same of a text in which a definition stands with all that is not known yet, such as references."""
    known = [resource for each in re.findall(RESOURCE, text) if (resource := resource_of(each))]
    calls = [each for each in known if each.kind == "service" and not is_of_map(each.arn)]
    missing = [resource.arn for resource in calls if not _works(resource)]
    formats = ["items of Parquet files"] if re.search(PARQUET, text) else []
    return "; ".join(dict.fromkeys([*missing, *formats]))


def unknown(definition: Machine) -> list[Fault]:
    """Calls of services that AWS does not have either."""
    return [
        schema(
            f"The resource provided {resource.arn} is not recognized. The value is not a valid resource ARN, or the "
            "resource is not available in this region.",
            f"{at}/Resource",
        )
        for at, state in _states(definition, "")
        if (resource := _resource(state)) and resource.is_sdk and _is_available(resource) and not _exists(resource)
    ]


def _missing(definition: Machine, at: str) -> Iterator[str]:
    for place, state in _states(definition, at):
        resource = _resource(state)
        if resource and resource.kind == "service" and not _works(resource):
            yield f"{resource.arn} of {place}"
        if resource and resource.service == "apigateway":
            yield from (f"{what} ({place})" for what in _missing_from_call(state))
        if state["Type"] == "Map":
            yield from (f"{what} ({place})" for what in _missing_from_map(state))


def _states(machine: Machine, at: str) -> Iterator[tuple[str, Machine]]:
    for name, state in machine["States"].items():
        place = f"{at}/States/{name}"
        yield place, state
        for inner, below, _ in machines_within(state, place):
            yield from _states(inner, below)


def _resource(state: Machine) -> Resource | None:
    return resource_of(state["Resource"]) if state["Type"] == "Task" else None


def _works(resource: Resource) -> bool:
    if not resource.is_sdk:
        return resource.pattern in OPTIMIZED.get(resource.service, {}).get(resource.operation, ())
    return _is_available(resource) and resource.pattern in ("", CALLBACK)


def _is_available(resource: Resource) -> bool:
    name = resource.service.removeprefix("aws-sdk:")
    operation = resource.operation[0].upper() + resource.operation[1:]
    return is_available(name) and not is_absent_call(name, operation)


def _exists(resource: Resource) -> bool:
    return operation_of(resource.service.removeprefix("aws-sdk:"), resource.operation) is not None


def _missing_from_call(state: Machine) -> Iterator[str]:
    arguments = state.get("Parameters") or state.get("Arguments")
    if isinstance(arguments, dict) and arguments.get("AuthType") == "RESOURCE_POLICY":
        yield "calls of APIs with AuthType RESOURCE_POLICY"


def _missing_from_map(state: Machine) -> Iterator[str]:
    reader, writer = state.get("ItemReader") or {}, state.get("ResultWriter") or {}
    if (reader.get("ReaderConfig") or {}).get("InputType") == "PARQUET":
        yield "items of Parquet files"
    if "Resource" not in writer and (writer.get("WriterConfig") or {}).get("OutputType") == "JSONL":
        yield "results as JSON Lines that are not exported"
