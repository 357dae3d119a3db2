"""The query language JSONPath: InputPath, Parameters, ResultSelector, ResultPath, OutputPath, and `...Path` fields."""

from typing import Any

from shoplib.localaws.state_machines.language import comparisons, paths
from shoplib.localaws.state_machines.language.failures import EvaluationFailure, runtime
from shoplib.localaws.state_machines.language.protocol import Fields, Kinds, Result
from shoplib.localaws.state_machines.language.scope import Scope
from shoplib.localaws.state_machines.language.templates import expression, filled

TIMES = ("Seconds", "Timestamp")  # of a Wait state, which words a path to nothing in its own way
LIMITS = ("TimeoutSeconds", "HeartbeatSeconds")


class JsonPath:
    arguments_field = "Parameters"

    def arguments(self, state: Fields, scope: Scope) -> Any:
        selected = paths.selected(state.get("InputPath", "$"), scope)
        is_shaped = "Parameters" in state and state["Type"] != "Map"  # a Map's are those of its items
        return filled(state["Parameters"], scope.of(selected)) if is_shaped else selected

    def value(self, state: Fields, name: str, scope: Scope) -> Any:
        path = state.get(f"{name}Path")
        if path is None:
            return state.get(name)
        within = scope.of(paths.selected(state.get("InputPath", "$"), scope))
        if name in (*TIMES, *LIMITS) and paths.find(path, within) is paths.MISSING:
            raise _unfound(name, path, within)
        return expression(path, within, f"{name}Path")

    def result(self, state: Fields, scope: Scope, value: Any) -> Result:
        chosen = filled(state["ResultSelector"], scope.of(value)) if "ResultSelector" in state else value
        variables = filled(state.get("Assign", {}), scope.of(chosen))
        whole = paths.put(scope.document, state.get("ResultPath", "$"), chosen)
        return Result(paths.selected(state.get("OutputPath", "$"), scope.of(whole)), variables)

    def passed(self, state: Fields, scope: Scope, at: str = "") -> Result:
        within = scope.of(paths.selected(state.get("InputPath", "$"), scope))
        output = paths.selected(state.get("OutputPath", "$"), within)
        return Result(output, filled(state.get("Assign", {}), within))

    def caught(self, catcher: Fields, scope: Scope, error: dict[str, str], at: str = "") -> Result:
        variables = filled(catcher.get("Assign", {}), scope.of(error))
        return Result(paths.put(scope.document, catcher.get("ResultPath", "$"), error), variables)

    def choice(self, state: Fields, scope: Scope) -> int | None:
        within = scope.of(paths.selected(state.get("InputPath", "$"), scope))
        return next((at for at, rule in enumerate(state["Choices"]) if comparisons.holds(rule, within)), None)

    def part(self, fields: Fields, name: str, scope: Scope, at: str) -> Any:
        return filled(fields[name], scope)

    def items(self, state: Fields, scope: Scope, kinds: Kinds = (list,)) -> Any:
        selected = scope.of(paths.selected(state.get("InputPath", "$"), scope))
        path = state.get("ItemsPath", "$")
        items = paths.value_at(path, selected, "ItemsPath")
        if not isinstance(items, kinds):
            raise runtime(f'Reference path "{path.replace("$$", "$")}" must point to array.')
        return items

    def item_input(self, state: Fields, scope: Scope, value: Any) -> Any:
        template = state.get("ItemSelector", state.get("Parameters"))
        if template is None:
            return value
        selected = paths.selected(state.get("InputPath", "$"), scope)
        return filled(template, scope.of(selected))


def _unfound(name: str, path: str, scope: Scope) -> EvaluationFailure:
    if name in LIMITS:
        return paths.unfound(path, scope, f"{name}Path")
    return runtime(f"The {name}Path parameter does not reference an input value: {path}")
