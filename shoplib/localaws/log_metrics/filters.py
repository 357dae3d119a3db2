"""Metric filters of log groups: validation, and the metric values in a batch of log events.

moto 5.2.5 stores filters, even of deleted log groups, publishes no metrics, and treats a changed filter as a second
one.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from moto.logs.exceptions import InvalidParameterException

from shoplib.localaws.log_metrics.embedded import UNITS
from shoplib.localaws.notifications.logs import patterns, selectors

Event = Mapping[str, Any]
Transformation = Mapping[str, Any]
MOST_DIMENSIONS = 3
MINUTE_MS = 60_000
SELECTOR = re.compile(r"\$(\w+|(\.[\w-]+|\[\d+\]|\['[^']+'\])+)")


def check(pattern: str, transformations: Sequence[Transformation]) -> None:
    """Validate a metric filter. Raises InvalidParameterException."""
    try:
        patterns.parse(pattern)
    except patterns.InvalidFilterPattern as error:
        raise InvalidParameterException(f"Invalid filter pattern: {error}") from error
    for each in transformations:
        _check_transformation(pattern, each)


def _check_transformation(pattern: str, each: Transformation) -> None:
    dimensions, value = each.get("dimensions") or {}, str(each.get("metricValue", ""))
    if dimensions and each.get("defaultValue") is not None:
        raise _invalid("dimensions and default value are mutually exclusive properties.")
    if len(dimensions) > MOST_DIMENSIONS:
        raise _invalid(f"A maximum of {MOST_DIMENSIONS} dimensions is allowed.")
    if each.get("unit") not in (None, *UNITS):
        raise _invalid(f"{each['unit']} is not a unit.")
    if each.get("metricNamespace", "").startswith("AWS/"):
        raise InvalidParameterException("Metric namespaces starting with AWS/ are reserved for AWS.")
    if not all(SELECTOR.fullmatch(text) for text in dimensions.values()):
        raise _invalid("dimension value must be valid selector")
    for text in (*dimensions.values(), *([] if _number(value) is not None else [value])):
        if not SELECTOR.fullmatch(text) or pattern.strip()[:1] not in ("{", "["):
            raise _invalid(f"{text!r} must be a selector of a JSON or space-delimited pattern.")


def _invalid(text: str) -> InvalidParameterException:
    return InvalidParameterException(f"Invalid metric transformation: {text}")


def data(pattern: str, transformation: Transformation, events: Sequence[Event]) -> Iterator[dict[str, Any]]:
    """A datum, with its `at` in milliseconds, for each event that matches the pattern and has a numeric value."""
    matches = patterns.parse(pattern)
    for event in events:
        if matches(event["message"]):
            look = selectors.lookup(pattern, event["message"])
            value = _value(str(transformation["metricValue"]), look)
            if value is not None:
                yield {"at": event["timestamp"], "Value": value, "Dimensions": _dimensions(transformation, look)}


def _value(text: str, look: selectors.Lookup) -> float | None:
    return _number(text) if not text.startswith("$") else _number(look(text))


def _dimensions(transformation: Transformation, look: selectors.Lookup) -> list[dict[str, str]]:
    """Only the dimensions that the message has."""
    values = {name: look(selector) for name, selector in (transformation.get("dimensions") or {}).items()}
    return [{"Name": name, "Value": str(value)} for name, value in values.items() if _is_plain(value)]


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | int | float) and str(value) != ""


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        return float(value)
    except ValueError:
        return None
