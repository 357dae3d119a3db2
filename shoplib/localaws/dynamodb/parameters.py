"""The expressions of a request: which may stand together, their grammar, and the placeholders that they use."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shoplib.localaws.dynamodb.attribute_values import check_values
from shoplib.localaws.dynamodb.expressions import (
    EMPTY,
    Condition,
    KeyCondition,
    Objection,
    Placeholders,
    check_condition,
    check_projection,
    key_conditions,
    parse_condition,
    parse_projection,
    require_apart,
)
from shoplib.localaws.dynamodb.operands import check_operands
from shoplib.localaws.dynamodb.refusals import ValidationException, objecting_to
from shoplib.localaws.dynamodb.updates import resolved_paths

Body = Mapping[str, Any]
LONGEST = 4096
NAME, VALUE = re.compile(r"#\w+", re.ASCII), re.compile(r":\w+", re.ASCII)
CONDITION, FILTER, KEYS = "ConditionExpression", "FilterExpression", "KeyConditionExpression"
PROJECTION, UPDATE = "ProjectionExpression", "UpdateExpression"
VALUES_FOR_NONE = "ExpressionAttributeValues can only be specified when using expressions"
UNUSED = "Value provided in ExpressionAttribute{} unused in expressions: keys: {{{}}}"


@dataclass
class Expressions:
    """What the expressions of a request mean."""

    placeholders: Placeholders
    conditions: dict[str, Condition] = field(default_factory=dict)
    keys: list[KeyCondition] = field(default_factory=list)


def examine(body: Body, kinds: tuple[str, ...], legacy: tuple[str, ...] = (), brief: bool = False) -> Expressions:
    """`kinds` are the expressions that the operation takes, `legacy` the parameters that they replace; `brief` says
    which are missing of placeholders for none."""
    present = [kind for kind in kinds if body.get(kind) is not None]
    _refuse_mixture(body, present, legacy)
    meaning = Expressions(_placeholders(body, kinds, present, brief))
    for kind in present:
        if not body[kind].strip():
            raise ValidationException(f"Invalid {kind}: {EMPTY}")
    for kind in present:
        _examine_one(kind, body[kind], meaning)
    _refuse_unused(meaning.placeholders)
    return meaning


def _refuse_mixture(body: Body, present: list[str], legacy: tuple[str, ...]) -> None:
    old = [name for name in legacy if body.get(name) is not None]
    if present and old:
        raise ValidationException(
            "Can not use both expression and non-expression parameters in the same request: "
            f"Non-expression parameters: {{{', '.join(old)}}} Expression parameters: {{{', '.join(present)}}}"
        )


def _placeholders(body: Body, kinds: tuple[str, ...], present: list[str], brief: bool) -> Placeholders:
    names, values = body.get("ExpressionAttributeNames"), body.get("ExpressionAttributeValues")
    if names is not None:
        if not present:
            raise ValidationException("ExpressionAttributeNames can only be specified when using expressions")
        _check_placeholders("Names", names, NAME)
    if values is not None:
        takers = [kind for kind in kinds if kind != PROJECTION]
        if not set(takers) & set(present):
            missing = f": {' and '.join(takers)} {'is' if len(takers) == 1 else 'are'} null"
            raise ValidationException(VALUES_FOR_NONE + ("" if brief else missing))
        _check_placeholders("Values", values, VALUE)
        check_values(values)
    return Placeholders(names or {}, values or {})


def _check_placeholders(what: str, entries: Mapping[str, Any], form: "re.Pattern[str]") -> None:
    if not entries:
        raise ValidationException(f"ExpressionAttribute{what} must not be empty")
    for key in entries:
        if not form.fullmatch(key):
            raise ValidationException(f'ExpressionAttribute{what} contains invalid key: Syntax error; key: "{key}"')


def _examine_one(kind: str, text: str, meaning: Expressions) -> None:
    if (size := len(text.encode())) > LONGEST:
        raise ValidationException(
            f"Invalid {kind}: Expression size has exceeded the maximum allowed size; expression size: {size}"
        )
    with objecting_to(kind):
        if kind == PROJECTION:
            check_projection(parse_projection(text), meaning.placeholders)
        elif kind == UPDATE:
            _resolve_all(text, meaning.placeholders)
        else:
            meaning.conditions[kind] = parse_condition(text)
            check_condition(meaning.conditions[kind], meaning.placeholders)
    if kind == KEYS:
        meaning.keys = _key_conditions(meaning)


def _key_conditions(meaning: Expressions) -> list[KeyCondition]:
    try:
        return key_conditions(meaning.conditions[KEYS], meaning.placeholders)
    except Objection as objection:  # which says of which expression by itself
        raise ValidationException(str(objection)) from None


def _resolve_all(text: str, placeholders: Placeholders) -> None:
    """moto reads updates itself; their language has no text in which a placeholder could stand for itself."""
    from shoplib.localaws.dynamodb.expressions.nodes import Value

    for name in NAME.findall(text):
        placeholders.resolve(name)
    for value in VALUE.findall(text):
        placeholders.value(Value(value))
    require_apart(resolved_paths(text, placeholders.names))
    check_operands(text, placeholders)


def _refuse_unused(placeholders: Placeholders) -> None:
    for what, entries in (("Names", placeholders.names), ("Values", placeholders.values)):
        unused = [key for key in entries if key not in placeholders.used]
        if unused:
            raise ValidationException(UNUSED.format(what, ", ".join(unused)))
