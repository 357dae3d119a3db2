"""What of a source is wanted: filters of mappings, subscriptions and notifications in words."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from shoplib.architecture.reading.world import as_list

NEGATIONS = ("anything-but",)


def of_events(criteria: Any) -> tuple[str, ...]:
    """Of a FilterCriteria: what is let through by any of its patterns."""
    patterns = [_read(entry.get("Pattern")) for entry in as_list((criteria or {}).get("Filters"))]
    return tuple(_description(pattern) for pattern in patterns if pattern)


def of_messages(policy: Any) -> tuple[str, ...]:
    """Of a subscription's FilterPolicy."""
    pattern = _read(policy)
    return (_description(pattern),) if pattern else ()


def of_keys(notified: Any) -> tuple[str, ...]:
    """Of the prefix and suffix of a bucket's notification."""
    key = ((notified or {}).get("S3Key") or (notified or {}).get("Key") or {}) if isinstance(notified, dict) else {}
    rules = as_list(key.get("Rules") or key.get("FilterRules"))
    parts = [f"{str(rule.get('Name')).lower()} {_value(rule.get('Value'))}" for rule in rules]
    return (", ".join(parts),) if parts else ()


def takes_own_events(rule: Mapping[str, Any]) -> bool:
    """Whether a rule waits for events of others than AWS, which alone may say that they are from `aws.`."""
    pattern = _read(rule.get("EventPattern"))
    sources = as_list(pattern.get("source")) if isinstance(pattern, dict) else []
    return bool(pattern) and not (sources and all(_is_of_aws(source) for source in sources))


def _is_of_aws(source: Any) -> bool:
    return str(source.get("prefix") if isinstance(source, dict) else source).startswith("aws.")


def positive_part(pattern: Any) -> Any:
    """What an event pattern wants of resources and details, without what it keeps out."""
    whole = _read(pattern)
    parts = {key: whole[key] for key in ("resources", "detail") if key in whole} if isinstance(whole, dict) else {}
    return _drop_negations(parts)


def _drop_negations(pattern: Any) -> Any:
    if isinstance(pattern, list):
        return [_drop_negations(item) for item in pattern]
    if isinstance(pattern, dict):
        return {key: _drop_negations(value) for key, value in pattern.items() if key not in NEGATIONS}
    return pattern


def _read(pattern: Any) -> Any:
    """A pattern is an object, or JSON text."""
    try:
        return json.loads(pattern) if isinstance(pattern, str) else pattern
    except ValueError:
        return pattern


def _description(pattern: Any) -> str:
    return " and ".join(f"{path} {value}".strip() for path, value in _parts(pattern)) or _value(pattern)


def _parts(pattern: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Each field with what is wanted of it; DynamoDB's types (`{"S": ...}`) say nothing to a reader."""
    if not isinstance(pattern, dict):
        yield path, " or ".join(_value(item) for item in as_list(pattern))
        return
    for key, value in pattern.items():
        inside = path if len(key) <= 2 and key.isupper() and isinstance(value, list) else f"{path}.{key}".lstrip(".")
        yield from _parts(value, inside)


def _value(value: Any) -> str:
    if isinstance(value, dict) and len(value) == 1:
        (name, inner), *_ = value.items()
        return ("exists" if inner else "is absent") if name == "exists" else f"{name} {_value(inner)}"
    if isinstance(value, list):
        return " ".join(map(_value, value))
    return str(value) if isinstance(value, str) else json.dumps(value, default=str)
