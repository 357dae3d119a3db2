"""The query language JSONata: Arguments, Output, Assign, and fields that hold an expression."""

from typing import Any

from shoplib.localaws.json_text import compact
from shoplib.localaws.state_machines.language.bounds import INTEGERS, NUMBERS
from shoplib.localaws.state_machines.language.failures import QUERY, EvaluationFailure
from shoplib.localaws.state_machines.language.jsonata_expressions import evaluate, inner
from shoplib.localaws.state_machines.language.protocol import Fields, Kinds, Result
from shoplib.localaws.state_machines.language.scope import Scope

Bindings = dict[str, Any]
TEXTS = ("Timestamp", "Error", "Cause")
KINDS = {bool: "boolean", str: "string", list: "array", dict: "object", type(None): "null"}


class Jsonata:
    arguments_field = "Arguments"

    def arguments(self, state: Fields, scope: Scope) -> Any:
        return evaluate(state["Arguments"], _bindings(scope), "Arguments") if "Arguments" in state else scope.document

    def value(self, state: Fields, name: str, scope: Scope) -> Any:
        if name not in state:
            return None
        value = evaluate(state[name], _bindings(scope), name)
        if name in TEXTS:
            return _of_kind("string", value, state[name], name)
        return _number(name, _of_kind("number", value, state[name], name)) if name in NUMBERS else value

    def result(self, state: Fields, scope: Scope, value: Any) -> Result:
        return _result(state, _bindings(scope, result=value), value)

    def passed(self, state: Fields, scope: Scope, at: str = "") -> Result:
        return _result(state, _bindings(scope), scope.document, at)

    def caught(self, catcher: Fields, scope: Scope, error: dict[str, str], at: str = "") -> Result:
        return _result(catcher, _bindings(scope, errorOutput=error), error, at)

    def choice(self, state: Fields, scope: Scope) -> int | None:
        bindings = _bindings(scope)
        for number, rule in enumerate(state["Choices"]):
            location = f"Choices[{number}]/Condition"
            value = evaluate(rule["Condition"], bindings, location)
            if _of_kind("boolean", value, rule["Condition"], location):
                return number
        return None

    def part(self, fields: Fields, name: str, scope: Scope, at: str) -> Any:
        return evaluate(fields[name], _bindings(scope), at)

    def items(self, state: Fields, scope: Scope, kinds: Kinds = (list,)) -> Any:
        if "Items" not in state:
            return _items_of_input(scope.document, kinds)
        items = self.value(state, "Items", scope)
        return items if isinstance(items, kinds) else _of_kind("array", items, state["Items"], "Items")

    def item_input(self, state: Fields, scope: Scope, value: Any) -> Any:
        return evaluate(state["ItemSelector"], _bindings(scope), "ItemSelector") if "ItemSelector" in state else value


def _bindings(scope: Scope, **more: Any) -> Bindings:
    return {**scope.variables, "states": {"input": scope.document, "context": dict(scope.context), **more}}


def _result(fields: Fields, bindings: Bindings, value: Any, at: str = "") -> Result:
    """Assign and Output see the same variables: those from before the state."""
    output = evaluate(fields["Output"], bindings, f"{at}Output") if "Output" in fields else value
    return Result(output, evaluate(fields.get("Assign", {}), bindings, f"{at}Assign"))


def _items_of_input(document: Any, kinds: Kinds) -> Any:
    if not isinstance(document, kinds):
        raise EvaluationFailure(QUERY, f"Map state input must be an array but was: {compact(document)}")
    return document


def _number(name: str, value: float) -> float:
    least, most = NUMBERS[name]
    if name in INTEGERS and value != int(value):
        raise EvaluationFailure(QUERY, f"The {name} field cannot be parsed as an integer: {compact(value)}", name)
    if not least <= value <= most:
        raise EvaluationFailure(QUERY, f"{name} must be between {least} and {most}.", name)
    return int(value) if name in INTEGERS else value


def _of_kind(kind: str, value: Any, text: Any, location: str) -> Any:
    if _kind_of(value) == kind:
        return value
    what = f"The JSONata expression '{inner(str(text))}' specified for the field '{location}'"
    why = f"Expected '{kind}', but was '{_kind_of(value)}' for value: {compact(value)}"
    raise EvaluationFailure(QUERY, f"{what} returned an unexpected result type. {why}", location)


def _kind_of(value: Any) -> str:
    """What JSON calls the kind of a value."""
    return KINDS.get(type(value), "number")
