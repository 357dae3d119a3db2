"""The embedded metric format: JSON log events that declare which of their members are metrics."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

MARK = '"CloudWatchMetrics"'
MOST_METRICS, MOST_VALUES, MOST_DIMENSIONS = 100, 100, 30
LONGEST_NAME, LONGEST_DIMENSION = 255, 1024
_DATA = ("Bytes", "Kilobytes", "Megabytes", "Gigabytes", "Terabytes")
_BITS = ("Bits", "Kilobits", "Megabits", "Gigabits", "Terabits")
_SIZES = (*_DATA, *_BITS, "Count")
UNITS = {"Seconds", "Microseconds", "Milliseconds", "Percent", "None", *_SIZES, *(f"{each}/Second" for each in _SIZES)}


@dataclass
class Extract:
    """The metrics of one line, and how many validation errors it has."""

    data: list[tuple[str, dict[str, Any]]] = field(default_factory=list)  # namespace, datum
    timestamp: float = 0.0
    errors: int = 0


def read(message: str) -> Extract | None:
    """None for a line that is not in the format. Lambda may put text before the document."""
    start = message.find("{")
    if MARK not in message or start < 0:
        return None
    try:
        root = json.loads(message[start:])
    except ValueError:
        return None
    metadata = root.get("_aws") if isinstance(root, dict) else None
    return _extract(root, metadata) if isinstance(metadata, dict) else None


def _extract(root: Mapping[str, Any], metadata: Mapping[str, Any]) -> Extract:
    directives, timestamp = metadata.get("CloudWatchMetrics"), metadata.get("Timestamp")
    if not isinstance(directives, list) or timestamp is None or not _is_number(timestamp):
        return Extract(errors=1)
    extract = Extract(timestamp=float(timestamp) / 1000)
    for directive in directives:
        if _is_directive(directive):
            _follow(root, directive, extract)
        else:
            extract.errors += 1
    return extract


def _is_directive(directive: Any) -> bool:
    return (
        isinstance(directive, dict)
        and _is_name(directive.get("Namespace"))
        and isinstance(directive.get("Dimensions", [[]]), list)
        and isinstance(directive.get("Metrics"), list)
        and len(directive["Metrics"]) <= MOST_METRICS
    )


def _follow(root: Mapping[str, Any], directive: Mapping[str, Any], extract: Extract) -> None:
    """Each metric in each dimension set; only invalid parts are dropped."""
    sets = [_dimensions(root, names) for names in directive.get("Dimensions") or [[]]]
    metrics = [_datum(root, definition) for definition in directive["Metrics"]]
    extract.errors += sets.count(None) + metrics.count(None)
    for dimensions, datum in _pairs(sets, metrics):
        extract.data.append((directive["Namespace"], {**datum, "Dimensions": dimensions}))


def _pairs(sets: list[Any], metrics: list[Any]) -> Iterator[tuple[Any, Any]]:
    for datum in metrics:
        for dimensions in sets:
            if datum is not None and dimensions is not None:
                yield dimensions, datum


def _dimensions(root: Mapping[str, Any], names: Any) -> list[dict[str, str]] | None:
    if not isinstance(names, list) or len(names) > MOST_DIMENSIONS:
        return None
    if not all(isinstance(name, str) and _is_dimension(root.get(name)) for name in names):
        return None
    return [{"Name": name, "Value": root[name]} for name in names]


def _datum(root: Mapping[str, Any], definition: Any) -> dict[str, Any] | None:
    if not isinstance(definition, dict) or not _is_name(definition.get("Name")):
        return None
    target, unit = root.get(definition["Name"]), definition.get("Unit", "None")
    values, resolution = target if isinstance(target, list) else [target], definition.get("StorageResolution", 60)
    if unit not in UNITS or resolution not in (1, 60) or not 0 < len(values) <= MOST_VALUES:
        return None
    if not all(map(_is_number, values)):
        return None
    return {"MetricName": definition["Name"], "Values": values, "Unit": unit, "StorageResolution": resolution}


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and value == value and abs(value) != float("inf")


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST_NAME


def _is_dimension(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST_DIMENSION
