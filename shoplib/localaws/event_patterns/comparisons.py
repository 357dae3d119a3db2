"""What a pattern may ask of one value: each comparison is checked as AWS checks it, and becomes a function."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from shoplib.localaws.event_patterns.invalid import InvalidPattern, inside
from shoplib.localaws.event_patterns.networks import in_network
from shoplib.localaws.event_patterns.ranges import in_range
from shoplib.localaws.event_patterns.wildcards import check_wildcard, matches_wildcard

Test = Callable[[Any], bool]
ONE_KEY = "Only one key allowed in match expression"
TOO_MANY = "Too many elements in numeric expression"
NO_NUMBER_IGNORES_CASE = "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported."
TEXTS: Mapping[str, Callable[[str, str], bool]] = {
    "prefix": str.startswith,
    "suffix": str.endswith,
    "equals-ignore-case": lambda value, expected: value.lower() == expected.lower(),
    "wildcard": matches_wildcard,
}


def equality(expected: Any) -> Test:
    """A plain value of a pattern: equal, and of the same of JSON's types (1 and 1.0 are, 1 and true are not)."""
    kind = kind_of(expected)
    return lambda value: kind_of(value) == kind and bool(value == expected)


def kind_of(value: Any) -> str:
    return "number" if is_number(value) else type(value).__name__


def is_number(value: Any) -> bool:
    return type(value) in (int, float)


def comparison(expression: Mapping[str, Any]) -> Test:
    """`{"prefix": "a"}` and its like, all but `exists`. Raises InvalidPattern."""
    name, argument = next(iter(expression.items()))
    if name not in COMPARISONS:
        raise InvalidPattern(f"Unrecognized match type {name}", (name,))
    with inside(name):
        test = COMPARISONS[name](argument)
    if len(expression) > 1:
        second = list(expression)[1]
        raise InvalidPattern(TOO_MANY if name in ("numeric", "anything-but") else ONE_KEY, (second,))
    return test


def _text(name: str) -> Callable[[Any], Test]:
    def compiled(argument: Any) -> Test:
        if isinstance(argument, Mapping) and name in ("prefix", "suffix"):
            return _ignoring_case(name, argument)
        if not isinstance(argument, str):
            raise InvalidPattern(f"{name} match pattern must be a string")
        if name == "wildcard":
            check_wildcard(argument)
        return _of_text(name, argument)

    return compiled


def _of_text(name: str, expected: str) -> Test:
    compare = TEXTS[name]
    return lambda value: isinstance(value, str) and compare(value, expected)


def _ignoring_case(name: str, argument: Mapping[str, Any]) -> Test:
    if not argument:
        raise InvalidPattern(f"{name.capitalize()} expression name not found")
    inner, text = next(iter(argument.items()))
    if inner != "equals-ignore-case":
        raise InvalidPattern(f"Unsupported {name} pattern: {inner}", (inner,))
    if not isinstance(text, str):
        raise InvalidPattern("equals-ignore-case match pattern must be a string", (inner,))
    if len(argument) > 1:
        raise InvalidPattern(ONE_KEY, (list(argument)[1],))
    compare, expected = TEXTS[name], text.lower()
    return lambda value: isinstance(value, str) and compare(value.lower(), expected)


def _exactly(argument: Any) -> Test:
    if not isinstance(argument, str):
        raise InvalidPattern("exact match pattern must be a string")
    return equality(argument)


def _anything_but(argument: Any) -> Test:
    if isinstance(argument, Mapping):
        hits = _unwanted_texts(argument)
    else:
        hits = [equality(each) for each in _unwanted(argument)]
    return lambda value: not any(hit(value) for hit in hits)


def _unwanted(argument: Any) -> Sequence[Any]:
    if not isinstance(argument, str | list) and not is_number(argument):
        raise InvalidPattern("Value of anything-but must be an array or single string/number value.")
    values = argument if isinstance(argument, list) else [argument]
    for index, each in enumerate(values):
        if not isinstance(each, str) and not is_number(each):
            raise InvalidPattern("Inside anything but list, start|null|boolean is not supported.", (index,), twice=True)
    if len({isinstance(each, str) for each in values}) != 1:
        raise InvalidPattern(
            "Inside anything but list, either all values are number or string, mixed type is not supported",
            behind=True,
        )
    return values


def _unwanted_texts(argument: Mapping[str, Any]) -> list[Test]:
    if not argument:
        raise InvalidPattern("Anything-But expression name not found")
    name, expected = next(iter(argument.items()))
    if name not in TEXTS:
        raise InvalidPattern(f"Unsupported anything-but pattern: {name}", (name,))
    if not isinstance(expected, str | list) and not is_number(expected):
        raise InvalidPattern("Value of anything-but must be an array or single string/number value.", (name,))
    texts = expected if isinstance(expected, list) else [expected]
    for index, text in enumerate(texts):
        with inside(name):
            _check_unwanted(name, text, index if isinstance(expected, list) else None)
    if len(argument) > 1:
        raise InvalidPattern(TOO_MANY)
    return [_of_text(name, text) for text in texts]


def _check_unwanted(name: str, text: Any, index: int | None) -> None:
    """Of a list's member AWS tells the place twice."""
    is_member = index is not None
    place = (index,) if index is not None else ()
    if not isinstance(text, str):
        reasons = {"equals-ignore-case": NO_NUMBER_IGNORES_CASE, "wildcard": "wildcard match pattern must be a string"}
        reason = reasons.get(name, "prefix/suffix match pattern must be a string")
        raise InvalidPattern(reason, place, twice=is_member)
    if not text and name in ("prefix", "suffix"):
        raise InvalidPattern("Null prefix/suffix not allowed", place, behind=True, twice=is_member)
    if name == "wildcard":
        check_wildcard(text)


COMPARISONS: Mapping[str, Callable[[Any], Test]] = {
    **{name: _text(name) for name in TEXTS},
    "exactly": _exactly,
    "numeric": in_range,
    "anything-but": _anything_but,
    "cidr": in_network,
}
