"""Step Functions: which resources the tasks of a state machine use, and where it logs."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from shoplib.architecture.model import Edge
from shoplib.architecture.reading import naming
from shoplib.architecture.reading.naming import SDK_NAMES
from shoplib.architecture.reading.world import Resource, World

PARTS = ("Definition", "DefinitionString", "DefinitionSubstitutions")
ELSEWHERE = "DefinitionS3Location"
MACHINE = "AWS::StepFunctions::StateMachine"
TASK = "task"
_INTEGRATED = re.compile(r":states:[^:]*:[^:]*:(?:aws-sdk:)?([\w-]+):(\w+)")
_PLACEHOLDER = re.compile(r"\$\{([\w.]+)\}")


def edges(world: World) -> Iterator[Edge]:
    for machine in world.of_type(MACHINE):
        if ELSEWHERE in machine.properties:
            world.unresolved[f"{machine.id}.{ELSEWHERE}"] = "the document is in S3"
        tasks = list(_tasks(world, machine))
        yield from tasks
        yield from _mentions(world, machine, {edge.target for edge in tasks})
        yield from _logs(world, machine)


def services_of_tasks(world: World, machine: Resource) -> set[str] | None:
    """The services whose resources only an execution tells: rights to these say what the tasks may act upon. All else
    that a machine does stands in its states. None for what has no states that can be read."""
    states = list(_states(_definition(machine))) if machine.type == MACHINE else []
    calls = [_call_of(machine, state) for _, state in states]
    services = {_service(call) for call in calls if not (world.targets(call) or world.others(call))}
    return None if not states or "" in services else services


def _service(call: Mapping[str, Any]) -> str:
    action = _INTEGRATED.search(naming.spell(call["Resource"]))
    return SDK_NAMES.get(action[1], action[1]) if action else ""


def _call_of(machine: Resource, state: Mapping[str, Any]) -> dict[str, Any]:
    substitutions = machine.properties.get("DefinitionSubstitutions") or {}
    return {key: _substitute(state.get(key), substitutions) for key in ("Resource", "Parameters", "Arguments")}


def _tasks(world: World, machine: Resource) -> Iterator[Edge]:
    """States that can be read as such: with the action of the service that they call."""
    for name, state in _states(_definition(machine)):
        called = _call_of(machine, state)
        action = _INTEGRATED.search(naming.spell(called["Resource"]))
        anything = [naming.unnamed(SDK_NAMES.get(action[1], action[1]))] if action else []
        for target in world.targets(called) or world.others(called) or anything:
            yield Edge(machine.id, target, "invoke", (_verb(action),), (f"{machine.id}: {name}",))


def _mentions(world: World, machine: Resource, known: set[str]) -> Iterator[Edge]:
    """What the definition names anywhere, as text with references has no states to read."""
    for part, value in _parts(machine):
        for target in world.targets(value) or world.others(value):
            if target not in known:
                yield Edge(machine.id, target, "invoke", (TASK,), (f"{machine.id}.{part}",))


def _parts(machine: Resource) -> Iterator[tuple[str, Any]]:
    """The definition with what stands in for its placeholders; as text that nobody can read, each by itself."""
    parts = {part: machine.properties[part] for part in PARTS if machine.properties.get(part)}
    if isinstance(definition := _definition(machine), dict):
        yield next(iter(parts)), _substitute(definition, parts.get("DefinitionSubstitutions") or {})
    else:
        yield from parts.items()


def _definition(machine: Resource) -> Any:
    definition = machine.properties.get("Definition") or machine.properties.get("DefinitionString")
    text = naming.spell(definition)
    try:
        return json.loads(text) if text else definition
    except ValueError:
        return None


def _states(definition: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Calls by the name of their state: of tasks, of a Map's ItemReader and ResultWriter, and of all within these."""
    for name, state in (definition.get("States") or {}).items() if isinstance(definition, dict) else ():
        if not isinstance(state, dict):
            continue
        calls = [state] if state.get("Type") == "Task" else [state.get("ItemReader"), state.get("ResultWriter")]
        yield from ((name, call) for call in calls if isinstance(call, dict))
        for inner in [state.get("Iterator"), state.get("ItemProcessor"), *(state.get("Branches") or [])]:
            yield from _states(inner)


def _verb(action: re.Match[str] | None) -> str:
    """The action of an integrated service; of a function it says nothing that the arrow does not."""
    return TASK if not action or action[1] == "lambda" else action[2][:1].upper() + action[2][1:]


def _substitute(value: Any, substitutions: Mapping[str, Any]) -> Any:
    """`value` with what SAM puts in the place of `${Name}`."""
    if isinstance(value, dict):
        return {key: _substitute(inner, substitutions) for key, inner in value.items()}
    if isinstance(value, list):
        return [_substitute(inner, substitutions) for inner in value]
    names = _PLACEHOLDER.findall(value) if isinstance(value, str) else []
    if value == f"${{{names[0]}}}" if names else False:
        return substitutions.get(names[0], {"Ref": names[0].partition(".")[0]})
    return {"Fn::Sub": [value, dict(substitutions)]} if names else value


def _logs(world: World, machine: Resource) -> Iterator[Edge]:
    for group in world.targets(machine.properties.get("LoggingConfiguration")):
        if group != machine.id:
            yield Edge(machine.id, group, "event", ("logs",), (f"{machine.id}.LoggingConfiguration",))
