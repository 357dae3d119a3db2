"""What an enrichment or a target gets of an event: all of it, or its InputTemplate filled in."""

import base64
import binascii
import json
import re
import time
from collections.abc import Mapping
from typing import Any

from shoplib.localaws import jsonpath
from shoplib.localaws.notifications import filled_in

NAME = re.compile(r"<(\$[^<>]*|aws\.pipes\.[a-z.-]+)>")
RESERVED = ("pipe-arn", "pipe-name", "source-arn", "enrichment-arn", "target-arn")
OF_EVENTS = ("event", "event.json", "event.ingestion-time")


def unknown_names(template: str) -> list[str]:
    """Of an InputTemplate: what is neither a path that can be followed nor a variable of Pipes."""
    return [name for name in NAME.findall(template) if not _is_known(name)]


def shaped(template: str | None, event: Any, variables: Mapping[str, str]) -> Any:
    """`event`, or the template filled in of it: JSON where that is JSON, else text."""
    if not template:
        return event
    seen = parsed(event)
    text = filled_in(template, {name: _value(name, seen, variables) for name in NAME.findall(template)}, NAME)
    try:
        return json.loads(text)
    except ValueError:
        return text


def resolved(setting: str, event: Any) -> str:
    """A setting of a target that may be a path into the event."""
    if not setting.startswith("$"):
        return setting
    value = jsonpath.find(parsed(event), setting)
    if value is jsonpath.MISSING or value is None:
        raise ValueError(f"{setting} does not exist in the event")
    return value if isinstance(value, str) else json.dumps(value)


def parsed(event: Any) -> Any:
    """The event with its own data read, where that is JSON: the body of a message, the data of a record."""
    if not isinstance(event, dict):
        return event
    if event.get("eventSource") == "aws:sqs":
        return event | {"body": _json(event["body"])}
    if event.get("eventSource") == "aws:kinesis":
        return event | {"data": _json(_decoded(event["data"]), event["data"])}
    return event


def _is_known(name: str) -> bool:
    if not name.startswith("$"):
        return name.removeprefix("aws.pipes.") in (*RESERVED, *OF_EVENTS)
    try:
        jsonpath.steps(name)
    except jsonpath.UnsupportedPath:
        return False
    return True


def _value(name: str, event: Any, variables: Mapping[str, str]) -> Any:
    if name.startswith("$"):
        return jsonpath.find(event, name)
    if name == "aws.pipes.event.ingestion-time":
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    return event if name in ("aws.pipes.event", "aws.pipes.event.json") else variables[name]


def _json(text: Any, otherwise: Any = None) -> Any:
    try:
        return json.loads(text)
    except (TypeError, ValueError):
        return text if otherwise is None else otherwise


def _decoded(data: str) -> str | None:
    try:
        return base64.b64decode(data, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
