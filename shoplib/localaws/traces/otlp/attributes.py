"""Values of attributes, as OTLP writes them in JSON."""

from collections.abc import Iterable, Mapping
from typing import Any

Attributes = dict[str, Any]


def attributes(pairs: Iterable[Mapping[str, Any]] | None) -> Attributes:
    return {str(pair["key"]): value(pair.get("value") or {}) for pair in pairs or ()}


def value(written: Mapping[str, Any]) -> Any:
    """Integers are texts there, since JSON's numbers are not long enough."""
    if "intValue" in written:
        return int(written["intValue"])
    if "arrayValue" in written:
        return [value(each) for each in written["arrayValue"].get("values") or ()]
    if "kvlistValue" in written:
        return attributes(written["kvlistValue"].get("values"))
    return next(iter(written.values()), None)


def first(known: Attributes, *names: str) -> Any:
    """Of the first of these attributes that is there: conventions have changed names."""
    return next((known[name] for name in names if name in known), None)
