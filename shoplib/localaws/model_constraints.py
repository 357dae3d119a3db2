"""What AWS's published models say of values (enumerations, ranges, lengths, patterns), and AWS's words for a breach.

Each shape is compiled once; what has no constraint within is not looked at. A value that is not of its shape's type is
left to who reads it.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

Check = Callable[[Any, str], Iterator[str]]
Rule = tuple[Callable[[Any], bool], str]  # whether a value breaks it, and the rule in AWS's words
NOT_NULL = "Member must not be null"
OF_MEMBERS = "{} must satisfy constraint: [{}]"
LONGEST_MATCHED = 4096  # unless the model takes longer ones
NUMBERS = ("integer", "long", "float", "double")
LENGTHS: dict[str, Any] = {"string": str, "blob": (str, bytes), "list": list, "map": dict}


@dataclass(frozen=True, eq=False)
class Manner:
    """What a service does otherwise than its model says or than other services do; by the names of shapes."""

    orders: tuple[tuple[str, ...], ...] = ()  # in which the service names the values of enumerations
    maxima: Mapping[str, int | None] = field(default_factory=dict)
    of_members: str = OF_MEMBERS  # what is said of members of lists and maps
    of_members_of: Mapping[str, str] = field(default_factory=dict)
    last: tuple[str, ...] = ()  # members of the request that are looked at after all others
    has_inputs: bool = False  # what is in the body is within a `createThingInput`
    unshown: tuple[str, ...] = ()  # whose values are not repeated
    patterns: Mapping[str, str] = field(default_factory=dict)  # where they are not those of the model
    has_patterns: bool = True  # else the service has words of its own for what breaks one


AS_USUAL = Manner()


def breaches(service: str, operation: str, parameters: dict[str, Any], manner: Manner = AS_USUAL) -> str:
    """`1 validation error detected: ...`, or nothing when the parameters keep to the model."""
    check = _check_of(service, operation, manner)
    objections = list(check(parameters, "")) if check else []
    if not objections:
        return ""
    return f"{len(objections)} validation error{'s' if len(objections) > 1 else ''} detected: {'; '.join(objections)}"


@cache
def _check_of(service: str, operation: str, manner: Manner) -> Check | None:
    from moto.core.utils import get_service_model

    shape = get_service_model(service).operation_model(operation).input_shape
    if shape is None:
        return None
    body = f"{_lower(operation)}Input." if manner.has_inputs else ""
    places = {
        name: _lower(name) if member.serialization.get("location") else f"{body}{_lower(name)}"
        for name, member in sorted(shape.members.items(), key=lambda each: each[0] in manner.last)
    }
    return _structure(shape, places, frozenset({shape.name}), manner)


def _own(shape: Any, manner: Manner) -> Check | None:
    rules = _rules(shape, manner)
    if not rules:
        return None

    def check(value: Any, path: str) -> Iterator[str]:
        for broken, text in rules:
            if broken(value):
                yield _describe(value, shape, path, text, manner)

    return check


def _inner(shape: Any, within: frozenset[str], manner: Manner) -> Check | None:
    """Of what is within a value. None for what has no constraint; a shape within itself is left alone."""
    if shape.name in within:
        return None
    within |= {shape.name}
    if shape.type_name == "structure":
        return _structure(shape, {name: _lower(name) for name in shape.members}, within, manner)
    if shape.type_name == "list":
        return _all(
            _members(shape, shape.member, list, "Member", manner),
            _each(_inner(shape.member, within, manner), list, lambda value: enumerate(value, 1)),
        )
    if shape.type_name == "map":
        return _all(
            _members(shape, shape.key, dict.keys, "Map keys", manner),
            _members(shape, shape.value, dict.values, "Map value", manner),
            _each(_inner(shape.value, within, manner), dict, dict.items),
        )
    return None


def _structure(shape: Any, places: dict[str, str], within: frozenset[str], manner: Manner) -> Check | None:
    compiled = {
        name: _all(_own(shape.members[name], manner), _inner(shape.members[name], within, manner)) for name in places
    }
    checks = [(name, places[name], each) for name, each in compiled.items() if each]
    required = [(name, places[name]) for name in shape.required_members]
    if not checks and not required:
        return None

    def check(value: Any, path: str) -> Iterator[str]:
        if not isinstance(value, dict):
            return
        start = f"{path}." if path else ""
        for name, place in required:
            if value.get(name) is None:
                yield f"Value null at '{start}{place}' failed to satisfy constraint: {NOT_NULL}"
        for name, place, of_member in checks:
            if (member := value.get(name)) is not None:
                yield from of_member(member, f"{start}{place}")

    return check


def _members(
    whole: Any, shape: Any, members: Callable[[Any], Iterable[Any]], what: str, manner: Manner
) -> Check | None:
    """Of members that are no structures AWS names all rules, and shows all of them."""
    rules = _rules(shape, manner)
    if not rules:
        return None
    words = manner.of_members_of.get(whole.name, manner.of_members)
    text = words.format(what, ", ".join(rule for _, rule in rules))

    def check(value: Any, path: str) -> Iterator[str]:
        if isinstance(value, LENGTHS[whole.type_name]) and any(
            broken(each) for each in members(value) for broken, _ in rules
        ):
            yield _describe(value, whole, path, text, manner)

    return check


def _each(inner: Check | None, kind: type, places: Callable[[Any], Iterable[tuple[Any, Any]]]) -> Check | None:
    if inner is None:
        return None

    def check(value: Any, path: str) -> Iterator[str]:
        for place, each in places(value) if isinstance(value, kind) else ():
            yield from inner(each, f"{path}.{place}.member")

    return check


def _all(*checks: Check | None) -> Check | None:
    present = [each for each in checks if each]
    if len(present) < 2:
        return next(iter(present), None)

    def check(value: Any, path: str) -> Iterator[str]:
        for each in present:
            yield from each(value, path)

    return check


def _rules(shape: Any, manner: Manner) -> list[Rule]:
    known = shape.metadata | _maximum(shape, manner)
    rules: list[Rule] = []
    if values := frozenset(known.get("enum", ())):
        order = next((each for each in manner.orders if set(each) == values), known["enum"])
        text = f"Member must satisfy enum value set: [{', '.join(order)}]"
        rules.append((lambda value: value is not None and str(value) not in values, text))
    if shape.type_name in NUMBERS:
        rules += _range(known, "value", _number)
    elif kind := LENGTHS.get(shape.type_name):
        rules += _range(known, "length", lambda value: len(value) if isinstance(value, kind) else None)
    if manner.has_patterns and (pattern := manner.patterns.get(shape.name, known.get("pattern"))):
        rules.append(
            (
                _unlike(pattern, max(known.get("max") or 0, LONGEST_MATCHED)),
                f"Member must satisfy regular expression pattern: {pattern}",
            )
        )
    return rules


def _maximum(shape: Any, manner: Manner) -> dict[str, int | None]:
    return {"max": manner.maxima[shape.name]} if shape.name in manner.maxima else {}


def _range(known: dict[str, Any], what: str, measure: Callable[[Any], float | None]) -> Iterator[Rule]:
    if (most := known.get("max")) is not None:
        text = f"Member must have {what} less than or equal to {most}"
        yield lambda value: (size := measure(value)) is not None and size > most, text
    if (least := known.get("min")) is not None:
        text = f"Member must have {what} greater than or equal to {least}"
        yield lambda value: (size := measure(value)) is not None and size < least, text


def _number(value: Any) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _unlike(pattern: str, most: int) -> Callable[[Any], bool]:
    """Nothing is unlike what only Java's expressions know, and of texts of more than `most` characters nothing is said:
    matching them could take for ever."""
    try:
        fits = re.compile(pattern).fullmatch
    except re.error:
        return lambda value: False
    return lambda value: isinstance(value, str) and len(value) <= most and not fits(value)


def _describe(value: Any, shape: Any, path: str, rule: str, manner: Manner) -> str:
    """What the model calls sensitive is not repeated."""
    is_hidden = shape.metadata.get("sensitive") or shape.name in manner.unshown
    content = "" if is_hidden else f" '{_as_text(value, shape)}'"
    return f"Value{content} at '{path}' failed to satisfy constraint: {rule}"


def _as_text(value: Any, shape: Any) -> str:
    """As AWS shows a value, which is as Java writes it: a structure with all its members, whatever is stated."""
    if value is None:
        return "null"
    if isinstance(value, bytes):
        return f"java.nio.HeapByteBuffer[pos=0 lim={len(value)} cap={len(value)}]"
    if shape.type_name == "structure" and isinstance(value, dict):
        members = (f"{_lower(name)}={_as_text(value.get(name), member)}" for name, member in shape.members.items())
        return f"{shape.name}({', '.join(members)})"
    if shape.type_name == "map" and isinstance(value, dict):
        return "{" + ", ".join(f"{key}={_as_text(each, shape.value)}" for key, each in value.items()) + "}"
    if shape.type_name == "list" and isinstance(value, list):
        return "[" + ", ".join(_as_text(each, shape.member) for each in value) + "]"
    if shape.type_name in ("float", "double") and _number(value) is not None:
        return str(float(value))
    return str(value)


def _lower(name: str) -> str:
    return name[0].lower() + name[1:]
