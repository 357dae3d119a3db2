"""Optimized integrations: what Step Functions puts into their parameters, and makes of their answers."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from shoplib.localaws.json_text import compact
from shoplib.localaws.state_machines.language import StateFailure

Parameters = dict[str, Any]
BOTO_NAMES = {"states": "stepfunctions"}
ATTRIBUTES = ("Item", "Key", "ExpressionAttributeValues")  # DynamoDB's maps of attributes
WITHOUT_METADATA = ("events",)  # whose answers come without what the SDK tells of the exchange
UNKNOWN = "The cause could not be determined because Lambda did not return an error type. Returned payload: "


def prepared(service: str, arguments: Any, origin: tuple[str, str]) -> Any:
    """The parameters of the call; `origin` are the ARNs of machine and execution."""
    shape = PREPARE.get(service)
    return shape(dict(arguments), origin) if shape and isinstance(arguments, dict) else arguments


def _with_texts(*names: str) -> Callable[[Parameters, tuple[str, str]], Parameters]:
    """Members that are texts to the service, and may be any JSON in a state."""

    def prepare(parameters: Parameters, origin: tuple[str, str]) -> Parameters:
        return {
            name: _text(value) if name in names and value is not None else value for name, value in parameters.items()
        }

    return prepare


def _text(value: Any) -> str:
    return value if isinstance(value, str) else compact(value)


def require_reachable(service: str, parameters: Parameters) -> None:
    """A queue's URL is where AWS's own SDK calls. Raises StateFailure."""
    url = parameters.get("QueueUrl", "")
    if service == "sqs" and "://" not in url:
        raise StateFailure(
            "SQS.SdkClientException", f"Unable to execute HTTP request: {url}: Name or service not known"
        )


def _of_function(parameters: Parameters, origin: tuple[str, str]) -> Parameters:
    payload = {"Payload": compact(parameters["Payload"]).encode()} if "Payload" in parameters else {}
    return {**parameters, **payload}


def _of_events(parameters: Parameters, origin: tuple[str, str]) -> Parameters:
    return {**parameters, "Entries": [_entry(each, origin) for each in parameters.get("Entries", [])]}


def _entry(entry: Parameters, origin: tuple[str, str]) -> Parameters:
    detail = {"Detail": _text(entry["Detail"])} if "Detail" in entry else {}
    return {**entry, **detail, "Resources": [*entry.get("Resources", []), *origin]}


def _of_table(parameters: Parameters, origin: tuple[str, str]) -> Parameters:
    return {name: _attributes(value) if name in ATTRIBUTES else value for name, value in parameters.items()}


def _attributes(values: Any) -> Any:
    """A bare text is an attribute of type S; what is null is none."""
    if not isinstance(values, dict):
        return values
    texts = {name: {"S": each} for name, each in values.items() if isinstance(each, str)}
    return {name: each for name, each in (values | texts).items() if each is not None}


PREPARE: Mapping[str, Callable[[Parameters, tuple[str, str]], Parameters]] = {
    "sqs": _with_texts("MessageBody"),
    "sns": _with_texts("Message"),
    "states": _with_texts("Input"),
    "dynamodb": _of_table,
    "lambda": _of_function,
    "events": _of_events,
}


def checked(service: str, answer: Parameters) -> Parameters:
    """The answer as states get it. Raises StateFailure for a failure that the service reports in its answer."""
    if service == "lambda" and "FunctionError" in answer:
        raise function_failure(answer.get("Payload", ""))
    if service == "lambda":
        return {**answer, "Payload": payload_of(answer.get("Payload", ""))}
    if service == "events" and answer.get("FailedEntryCount"):
        raise StateFailure("EventBridge.FailedEntry", compact(answer))
    return answer


def payload_of(text: str) -> Any:
    try:
        return json.loads(text) if text else {}
    except ValueError:
        return text


def with_json(described: Parameters) -> Parameters:
    """An execution's description in which input and output are JSON, not its text."""
    return {name: json.loads(value) if name in ("Input", "Output") else value for name, value in described.items()}


def function_failure(text: str) -> StateFailure:
    """What a handler's error answer means."""
    payload = payload_of(text)
    error = payload.get("errorType") if isinstance(payload, dict) else None
    if not error:
        return StateFailure("Lambda.Unknown", f"{UNKNOWN}{text}")
    return StateFailure(str(error), compact(payload))
