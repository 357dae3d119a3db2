"""The fields of a log event: CloudWatch's own, those of Lambda's log lines, and those of JSON messages."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
REQUEST = re.compile(rf"RequestId: ({UUID})|\t({UUID})\t")
TYPE = re.compile(r"^(START|END|REPORT) RequestId: ")
FIGURES = {
    "@duration": (re.compile(r"\tDuration: ([\d.]+) ms"), 1),
    "@billedDuration": (re.compile(r"\tBilled Duration: ([\d.]+) ms"), 1),
    "@initDuration": (re.compile(r"\tInit Duration: ([\d.]+) ms"), 1),
    "@memorySize": (re.compile(r"\tMemory Size: (\d+) MB"), 1_000_000),
    "@maxMemoryUsed": (re.compile(r"\tMax Memory Used: (\d+) MB"), 1_000_000),
}
TRACES = {"@xrayTraceId": re.compile(r"XRAY TraceId: (\S+)"), "@xraySegmentId": re.compile(r"SegmentId: (\S+)")}
MOST_FIELDS = 1_000
LAMBDA = "/aws/lambda/"
_decoder = json.JSONDecoder()


def fields(group: str, message: str) -> dict[str, str]:
    """All fields discovered in a message, as text, without the five that every event has."""
    document = _document(message, group.startswith(LAMBDA))
    own: dict[str, str] = {}
    _flatten(document, "", own)
    return own | _lambda_fields(message)


def values(group: str, message: str, names: Sequence[str]) -> list[str | None]:
    """The values of the named fields; None for missing ones."""
    from_line = _lambda_fields(message) if any(name.startswith("@") for name in names) else {}
    document = _document(message, group.startswith(LAMBDA)) if len(from_line) < len(names) else None
    return [from_line.get(name) or _at(document, name) for name in names]


def _at(value: Any, path: str) -> str | None:
    """The value at a path. Keys may contain dots: the longest matching key is tried first."""
    if not path:
        return None if value is None or isinstance(value, Mapping | list) else _text(value)
    if isinstance(value, list):
        head, _, rest = path.partition(".")
        return _at(value[int(head)], rest) if head.isdigit() and int(head) < len(value) else None
    if not isinstance(value, Mapping):
        return None
    if path in value:
        return _at(value[path], "")
    parts = path.split(".")
    heads = [".".join(parts[:at]) for at in range(len(parts) - 1, 0, -1)]
    inner = (_at(value[head], path[len(head) + 1 :]) for head in heads if head in value)
    return next((each for each in inner if each is not None), None)


def _document(message: str, embedded: bool) -> Any:
    """The message as JSON; in Lambda's log lines, also the first JSON document within it."""
    start = message.find("{")
    if start < 0 or (not embedded and message[:start].strip()):
        return None
    try:
        return _decoder.raw_decode(message, start)[0]
    except ValueError:
        return None


def _flatten(value: Any, path: str, own: dict[str, str]) -> None:
    """Flattens objects to `a.b` and lists to `a.0`."""
    if len(own) >= MOST_FIELDS or value is None:
        return
    if isinstance(value, Mapping | list):
        members = value.items() if isinstance(value, Mapping) else enumerate(value)
        for key, inner in members:
            _flatten(inner, f"{path}.{key}" if path else str(key), own)
    elif path:
        own[path] = _text(value)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return value if isinstance(value, str) else json.dumps(value)


def _lambda_fields(message: str) -> dict[str, str]:
    request = REQUEST.search(message)
    if not request:
        return {}
    own, kind = {"@requestId": request[1] or request[2]}, TYPE.match(message)
    if kind:
        own["@type"] = kind[1]
    if kind and kind[1] == "REPORT":
        for name, (pattern, factor) in FIGURES.items():
            if match := pattern.search(message):
                own[name] = json.dumps(float(match[1]) * factor).removesuffix(".0")
        own |= {name: match[1] for name, pattern in TRACES.items() if (match := pattern.search(message))}
    return own
