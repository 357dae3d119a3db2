"""What is wrong with a state machine's definition, in the words in which AWS refuses it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

TYPES = ("Task", "Wait", "Pass", "Succeed", "Fail", "Choice", "Parallel", "Map")
LAST = ("Succeed", "Fail")  # nothing comes after a state of these types
NEEDED: Mapping[str, tuple[str, ...]] = {"Task": ("Resource",), "Choice": ("Choices",), "Parallel": ("Branches",)}


@dataclass(frozen=True)
class Reference:
    """A place of a definition that names a state."""

    state: Any
    at: str


def faults(definition: Any, at: str = "") -> list[str]:
    """Everything that AWS would name: first what a state lacks, then, if nothing, states that lead nowhere."""
    if not isinstance(definition, dict):
        return [_schema("The definition must be an object", at or "/")]
    lacking = [name for name in ("StartAt", "States") if not definition.get(name)]
    if lacking:
        return [_required(lacking, at or "/")]
    states = definition["States"]
    if not isinstance(states, dict):
        return [_schema("The field 'States' must be an object", f"{at}/States")]
    errors = [fault for name, state in states.items() for fault in _of_state(state, f"{at}/States/{name}")]
    return errors or _ways(definition, at)


def _of_state(state: Any, at: str) -> Iterator[str]:
    if not isinstance(state, dict):
        yield _schema("A state must be an object", at)
        return
    kind = state.get("Type")
    if kind is None:
        yield _required(["Type"], at)
    elif kind not in TYPES:
        yield _schema(f"The field 'Type' should have one of these values: [{', '.join(TYPES)}]", f"{at}/Type")
    else:
        yield from _of_kind(kind, state, at)


def _of_kind(kind: str, state: Mapping[str, Any], at: str) -> Iterator[str]:
    lacking = [name for name in NEEDED.get(kind, ()) if not state.get(name)]
    if kind == "Map" and not (state.get("ItemProcessor") or state.get("Iterator")):
        lacking.append("ItemProcessor")
    if lacking:
        yield _required(lacking, at)
    yield from _of_way_on(kind, state, at)
    for index, choice in enumerate(_list(state.get("Choices"))):
        if isinstance(choice, dict) and "Next" not in choice:
            yield _required(["Next"], f"{at}/Choices[{index}]")
    for inner, place in _machines_within(state, at):
        yield from faults(inner, place)


def _of_way_on(kind: str, state: Mapping[str, Any], at: str) -> Iterator[str]:
    if kind in LAST or kind == "Choice":
        yield from (_schema(f"Field '{name}' is not supported", at) for name in ("Next", "End") if name in state)
    elif ("Next" in state) == bool(state.get("End")):
        yield _schema("A state must have exactly one of the fields 'Next' and 'End'", at)


def _machines_within(state: Mapping[str, Any], at: str) -> Iterator[tuple[Any, str]]:
    for index, branch in enumerate(_list(state.get("Branches"))):
        yield branch, f"{at}/Branches[{index}]"
    for name in ("ItemProcessor", "Iterator"):
        if state.get(name):
            yield state[name], f"{at}/{name}"


def _ways(definition: Mapping[str, Any], at: str) -> list[str]:
    """States that are targets and are not there; no state that ends; states that nothing names."""
    states = definition["States"]
    references = [Reference(definition["StartAt"], f"{at}/StartAt")]
    for name, state in states.items():
        references += _references(state, f"{at}/States/{name}")
    targets = {each.state for each in references if isinstance(each.state, str)}
    missing = [f"Missing 'Next' target: {each.state} at {each.at}" for each in references if each.state not in states]
    errors = [f"MISSING_TRANSITION_TARGET: {each}" for each in missing]
    if not any(state.get("End") or state["Type"] in LAST for state in states.values()):
        return [*errors, "MISSING_END_STATE: Workflow has no terminal state"]
    unnamed = [name for name in states if name not in targets]
    unreachable = [
        f'MISSING_TRANSITION_TARGET: State "{name}" is not reachable. at {at}/States/{name}' for name in unnamed
    ]
    return errors + unreachable


def _references(state: Mapping[str, Any], at: str) -> Iterator[Reference]:
    for name in ("Next", "Default"):
        if name in state:
            yield Reference(state[name], f"{at}/{name}")
    for name in ("Choices", "Catch"):
        for index, each in enumerate(_list(state.get(name))):
            if isinstance(each, dict) and "Next" in each:
                yield Reference(each["Next"], f"{at}/{name}[{index}]/Next")


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _required(names: list[str], at: str) -> str:
    return _schema(f"These fields are required: [{', '.join(names)}]", at)


def _schema(message: str, at: str) -> str:
    return f"SCHEMA_VALIDATION_FAILED: {message} at {at}"
