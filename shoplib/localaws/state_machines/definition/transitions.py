"""States that are named and not there, that nothing names, and machines that never end."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from shoplib.localaws.state_machines.definition.faults import Fault
from shoplib.localaws.state_machines.definition.fields import LAST

MISSING = "MISSING_TRANSITION_TARGET"


class Reference(NamedTuple):
    """A place of a definition that names a state."""

    state: Any
    at: str


def of_machine(machine: Mapping[str, Any], at: str) -> list[Fault]:
    states = machine["States"]
    references = [Reference(machine["StartAt"], f"{at}/StartAt")]
    for name, state in states.items():
        references += _references(state, f"{at}/States/{name}")
    missing = [
        Fault(MISSING, f"Missing 'Next' target: {each.state}", each.at)
        for each in references
        if each.state not in states
    ]
    if not any(state.get("End") or state["Type"] in LAST for state in states.values()):
        return [*missing, Fault("MISSING_END_STATE", "Workflow has no terminal state")]
    reached = _reached(machine["StartAt"], states)
    unreached = [name for name in states if name not in reached]
    return missing + [Fault(MISSING, f'State "{name}" is not reachable.', f"{at}/States/{name}") for name in unreached]


def _reached(start: str, states: Mapping[str, Any]) -> set[str]:
    reached: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name in states and name not in reached:
            reached.add(name)
            waiting += [each.state for each in _references(states[name], "")]
    return reached


def _references(state: Mapping[str, Any], at: str) -> Iterator[Reference]:
    for name in ("Next", "Default"):
        if name in state:
            yield Reference(state[name], f"{at}/{name}")
    for name in ("Choices", "Catch"):
        for index, each in enumerate(state.get(name) or []):
            if "Next" in each:
                yield Reference(each["Next"], f"{at}/{name}[{index}]/Next")
