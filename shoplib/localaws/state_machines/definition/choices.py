"""What is wrong with the rules of a Choice state."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from shoplib.localaws.state_machines.definition.faults import Fault, only_one, required, schema, unsupported
from shoplib.localaws.state_machines.definition.values import expressions, of_fields
from shoplib.localaws.state_machines.language import paths
from shoplib.localaws.state_machines.language.comparisons import COMPARISONS, JOINTS, TESTS
from shoplib.localaws.state_machines.language.jsonata_expressions import is_expression
from shoplib.localaws.state_machines.language.timestamps import moment

OF_RULE = {"Next", "Comment", "Assign"}
Fields = Mapping[str, Any]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


OPERANDS: tuple[tuple[str, Callable[[Any], bool], str], ...] = (
    ("Numeric", _is_number, "Number"),
    ("Boolean", lambda value: isinstance(value, bool), "Boolean"),
    ("Timestamp", lambda value: moment(value) is not None, "Timestamp"),
    ("String", lambda value: isinstance(value, str), "String"),
)


def of_state(state: Fields, language: str, at: str) -> Iterator[Fault]:
    rules = state.get("Choices")
    if not isinstance(rules, list) or not all(isinstance(rule, dict) for rule in rules):
        yield schema("Expected value of type Array of objects", f"{at}/Choices")
        return
    for number, rule in enumerate(rules):
        place = f"{at}/Choices[{number}]"
        if "Next" not in rule:
            yield required(["Next"], place)
        yield from of_fields(rule, language, place)
        yield from _of_condition(rule, place) if language == "JSONata" else _of_rule(rule, place, OF_RULE)


def _of_condition(rule: Fields, at: str) -> Iterator[Fault]:
    yield from (unsupported(name, at) for name in rule if name not in {*OF_RULE, "Condition", "Output"})
    condition = rule.get("Condition")
    if condition is None:
        yield required(["Condition"], at)
    elif not isinstance(condition, bool) and not is_expression(condition):
        yield schema("Expected value of type Boolean or a JSONata expression", f"{at}/Condition")
    else:
        yield from expressions(condition, f"{at}/Condition")


def _of_rule(rule: Fields, at: str, known: set[str]) -> Iterator[Fault]:
    yield from (unsupported(name, at) for name in rule if name not in {*known, *COMPARISONS, *JOINTS, "Variable"})
    tests = [name for name in rule if name in COMPARISONS or name in JOINTS]
    if not tests:
        yield schema("A comparison or one of the following fields is required: [And, Or, Not]", at)
    elif len(tests) > 1:
        yield only_one(tests, at)
    elif tests[0] in JOINTS:
        yield from _of_joint(tests[0], rule, at)
    else:
        yield from _of_comparison(tests[0], rule, at)


def _of_joint(name: str, rule: Fields, at: str) -> Iterator[Fault]:
    value = rule[name]
    inner = [value] if name == "Not" else value
    if not isinstance(inner, list) or not inner or not all(isinstance(each, dict) for each in inner):
        yield schema(
            "Expected value of type Object" if name == "Not" else "Expected value of type Array", f"{at}/{name}"
        )
        return
    for number, each in enumerate(inner):
        yield from _of_rule(each, f"{at}/{name}" if name == "Not" else f"{at}/{name}[{number}]", {"Comment"})


def _of_comparison(name: str, rule: Fields, at: str) -> Iterator[Fault]:
    if "Variable" not in rule:
        yield required(["Variable"], at)
    elif not paths.is_path(rule["Variable"]):
        yield schema("Value is not a valid JSONPath", f"{at}/Variable")
    if name.endswith("Path"):
        if not paths.is_path(rule[name]):
            yield schema("Value is not a valid JSONPath", f"{at}/{name}")
        return
    fits, kind = _operand(name)
    if not fits(rule[name]):
        yield schema(f"Expected value of type {kind}", f"{at}/{name}")


def _operand(name: str) -> tuple[Callable[[Any], bool], str]:
    if name in TESTS:
        return OPERANDS[1][1], OPERANDS[1][2]
    return next((fits, kind) for start, fits, kind in OPERANDS if name.startswith(start))
