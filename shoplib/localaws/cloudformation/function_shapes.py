"""The arguments that intrinsic functions ask for, in AWS's words: refused wherever a template has others."""

from collections.abc import Callable
from typing import Any

from shoplib.localaws.cloudformation.errors import ValidationError
from shoplib.localaws.cloudformation.intrinsics import FUNCTIONS

SUPPORTED = (
    "Fn::Base64",
    "Fn::GetAtt",
    "Fn::GetAZs",
    "Fn::ImportValue",
    "Fn::Join",
    "Fn::Split",
    "Fn::FindInMap",
    "Fn::Select",
    "Ref",
    "Fn::Equals",
    "Fn::If",
    "Fn::Not",
    "Condition",
    "Fn::And",
    "Fn::Or",
    "Fn::Contains",
    "Fn::EachMemberEquals",
    "Fn::EachMemberIn",
    "Fn::ValueOf",
    "Fn::ValueOfAll",
    "Fn::RefAll",
    "Fn::Sub",
    "Fn::Cidr",
)
Holds = Callable[[Any], bool]


def _list(least: int, most: int | None = None) -> Holds:
    return lambda value: isinstance(value, list) and least <= len(value) <= (most or least)


def _text_or_function(value: Any) -> bool:
    return isinstance(value, str | dict)


def _is_join(value: Any) -> bool:
    return _list(2)(value) and isinstance(value[0], str) and isinstance(value[1], list | dict)


def _is_split(value: Any) -> bool:
    return _list(2)(value) and isinstance(value[0], str) and _text_or_function(value[1])


def _is_select(value: Any) -> bool:
    return _list(2)(value) and isinstance(value[0], str | int | dict) and isinstance(value[1], list | dict | str)


def _is_sub(value: Any) -> bool:
    return isinstance(value, str) or (_list(2)(value) and isinstance(value[0], str) and isinstance(value[1], dict))


def _is_attribute(value: Any) -> bool:
    if isinstance(value, str):
        return "." in value.strip(".")
    return isinstance(value, list) and len(value) >= 2 and isinstance(value[0], str) and bool(value[0])


LIST_OF = "requires two parameters, (1) a string delimiter and (2) "
SHAPES: dict[str, tuple[Holds, str]] = {
    "Fn::Join": (
        _is_join,
        f"every Fn::Join object {LIST_OF}a list of strings to be joined or a function that returns a list of strings "
        "(such as Fn::GetAZs) to be joined.",
    ),
    "Fn::Split": (
        _is_split,
        f"every Fn::Split object {LIST_OF}a string to be split or a function that returns a string to be split.",
    ),
    "Fn::Select": (
        _is_select,
        "Fn::Select requires a list argument with two elements: an integer index and a list",
    ),
    "Fn::Sub": (
        _is_sub,
        "One or more Fn::Sub intrinsic functions don't specify expected arguments. Specify a string as first argument, "
        "and an optional second argument to specify a mapping of values to replace in the string",
    ),
    "Fn::GetAtt": (
        _is_attribute,
        "every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute",
    ),
    "Fn::FindInMap": (
        _list(3, 4),
        "every Fn::FindInMap object requires three parameters, the map name, map key and the attribute for return "
        "value",
    ),
    "Fn::If": (_list(3), "Fn::If requires a list argument with three elements"),
    "Fn::Equals": (_list(2), "every Fn::Equals object requires a list of 2 string parameters."),
    "Fn::Not": (_list(1), "every Fn::Not object requires one boolean parameter."),
    "Fn::And": (_list(2, 10), "every Fn::And object requires a list of at least 2 and at most 10 boolean parameters."),
    "Fn::Or": (_list(2, 10), "every Fn::Or object requires a list of at least 2 and at most 10 boolean parameters."),
}


def check_functions(value: Any) -> None:
    """ValidationError for a function, however deep, with arguments of another shape."""
    if isinstance(value, list):
        for item in value:
            check_functions(item)
    elif isinstance(value, dict):
        name = next(iter(value), "") if len(value) == 1 else ""
        if isinstance(name, str) and name.startswith("Fn::") and name not in (*FUNCTIONS, *SUPPORTED):
            supported = ", ".join(SUPPORTED)
            unsupported = f"Encountered unsupported function: {name} Supported functions are: [{supported}]"
            raise ValidationError(f"Template error: {unsupported}")
        holds, words = SHAPES.get(name, (None, ""))
        if holds and not holds(value[name]):
            raise ValidationError(f"Template error: {words}")
        for item in value.values():
            check_functions(item)
