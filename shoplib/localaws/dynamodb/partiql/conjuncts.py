"""The parts of a WHERE that must all hold, and which of them name an item's keys."""

from collections.abc import Iterable
from functools import reduce

from shoplib.localaws.dynamodb.expressions import Condition, Path, operands_of
from shoplib.localaws.dynamodb.expressions.nodes import Call, Comparison, Logic, Value
from shoplib.localaws.dynamodb.partiql.statements import Aliases, AttributeValue
from shoplib.localaws.dynamodb.refusals import ValidationException

NO_KEY = "Where clause does not contain a mandatory equality on all key attributes"
KEY_OPERATORS = ("=", "<", "<=", ">", ">=", "BETWEEN", "begins_with")


def conjuncts_of(where: Condition | None) -> list[Condition]:
    if where is None:
        return []
    if isinstance(where, Logic) and where.operator == "AND":
        return [part for each in where.conditions for part in conjuncts_of(each)]
    return [where]


def conjunction(parts: Iterable[Condition]) -> Condition | None:
    listed = list(parts)
    return reduce(lambda one, other: Logic("AND", (one, other)), listed) if listed else None


def split_key(
    aliases: Aliases, where: Condition | None, names: list[str]
) -> tuple[dict[str, AttributeValue], Condition | None]:
    """The key that a WHERE names with `=`, and what else it says; ValidationException when it names none."""
    parts = conjuncts_of(where)
    equalities = {name: _equality(aliases, parts, name) for name in names}
    if any(part is None for part in equalities.values()):
        raise ValidationException(NO_KEY)
    equal_parts = [part for part in equalities.values() if part is not None]
    key = {name: aliases.values[part.operands[1].name] for name, part in zip(names, equal_parts, strict=True)}  # type: ignore[union-attr]
    return key, conjunction(part for part in parts if part not in equal_parts)


def _equality(aliases: Aliases, parts: list[Condition], name: str) -> Comparison | None:
    for part in parts:
        if isinstance(part, Comparison) and part.operator == "=" and attribute_of(aliases, part) == name:
            return part
    return None


def attribute_of(aliases: Aliases, part: Condition) -> str:
    """The attribute that a condition compares with values, if it is such a condition on a whole attribute."""
    if isinstance(part, Logic) or not part.operands:
        return ""
    subject, *others = part.operands
    if not isinstance(subject, Path) or len(subject.parts) > 1 or not all(isinstance(each, Value) for each in others):
        return ""
    operator = part.function if isinstance(part, Call) else part.operator
    return aliases.names[str(subject.parts[0])] if operator in KEY_OPERATORS else ""


def attributes_in(aliases: Aliases, condition: Condition | None) -> set[str]:
    paths = [each for each in operands_of(condition) if isinstance(each, Path)] if condition else []
    return {aliases.names[str(path.parts[0])] for path in paths}
