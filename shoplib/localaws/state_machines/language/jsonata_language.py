"""The query language JSONata: Arguments, Output, Assign, and fields that hold an expression."""

from typing import Any

from shoplib.localaws.state_machines.language.failures import QUERY, EvaluationFailure
from shoplib.localaws.state_machines.language.jsonata_expressions import evaluate
from shoplib.localaws.state_machines.language.protocol import Fields, Result
from shoplib.localaws.state_machines.language.scope import Scope

Bindings = dict[str, Any]


class Jsonata:
    def arguments(self, state: Fields, scope: Scope) -> Any:
        return evaluate(state["Arguments"], _bindings(scope), "Arguments") if "Arguments" in state else scope.document

    def value(self, state: Fields, name: str, scope: Scope) -> Any:
        return evaluate(state.get(name), _bindings(scope), name)

    def result(self, state: Fields, scope: Scope, value: Any) -> Result:
        return _result(state, _bindings(scope, result=value), value)

    def passed(self, state: Fields, scope: Scope) -> Result:
        return _result(state, _bindings(scope), scope.document)

    def caught(self, catcher: Fields, scope: Scope, error: dict[str, str]) -> Result:
        return _result(catcher, _bindings(scope, errorOutput=error), error)

    def choice(self, state: Fields, scope: Scope) -> Fields | None:
        bindings = _bindings(scope)
        for number, rule in enumerate(state["Choices"]):
            location = f"Choices[{number}]/Condition"
            value = evaluate(rule["Condition"], bindings, location)
            if not isinstance(value, bool):
                raise _wrong_type(rule["Condition"], location, "a boolean")
            if value:
                return dict(rule)
        return None

    def items(self, state: Fields, scope: Scope) -> list[Any]:
        if "Items" not in state:
            return _require_list(scope.document, "the state's input", "input")
        return _require_list(evaluate(state["Items"], _bindings(scope), "Items"), state["Items"], "Items")

    def item_input(self, state: Fields, scope: Scope, value: Any) -> Any:
        return evaluate(state["ItemSelector"], _bindings(scope), "ItemSelector") if "ItemSelector" in state else value


def _bindings(scope: Scope, **more: Any) -> Bindings:
    return {**scope.variables, "states": {"input": scope.document, "context": dict(scope.context), **more}}


def _result(fields: Fields, bindings: Bindings, value: Any) -> Result:
    """Assign and Output see the same variables: those from before the state."""
    output = evaluate(fields["Output"], bindings, "Output") if "Output" in fields else value
    return Result(output, evaluate(fields.get("Assign", {}), bindings, "Assign"))


def _require_list(value: Any, text: Any, location: str) -> list[Any]:
    if not isinstance(value, list):
        raise _wrong_type(text, location, "an array")
    return value


def _wrong_type(text: Any, location: str, kind: str) -> EvaluationFailure:
    what = f"The JSONata expression '{text}' specified for the field '{location}' returned an unexpected result type."
    return EvaluationFailure(QUERY, f"{what} Expected {kind}.", location)
