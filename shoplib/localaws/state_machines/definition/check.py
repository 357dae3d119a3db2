"""A whole definition, checked from the outside in."""

from collections.abc import Iterator, Mapping
from typing import Any

from shoplib.documents import DEEPEST, Unbounded, load_json
from shoplib.localaws.ingress.refusals import Refusal
from shoplib.localaws.state_machines.definition import choices, errors, fields, map_fields, transitions, values
from shoplib.localaws.state_machines.definition.faults import SCHEMA, Fault, required, schema, unsupported
from shoplib.localaws.state_machines.definition.json_faults import json_fault
from shoplib.localaws.state_machines.definition.resources import Resource, resource_of

NO_JSON = "INVALID_JSON_DESCRIPTION"
LARGEST = 1024 * 1024  # bytes, as on AWS
LONGEST_NAME = 80
WHOLE = {"StartAt", "States", "Comment", "Version", "TimeoutSeconds", "QueryLanguage"}
PART = {"StartAt", "States", "Comment"}
LANGUAGES = ("JSONPath", "JSONata")
CALLBACKS = ("sync", "sync:2", "waitForTaskToken")
Fields = Mapping[str, Any]


def require_definition(text: str, kind: str = "STANDARD") -> dict[str, Any]:
    """The definition. Raises InvalidDefinition."""
    definition, wrong = _read(text)
    wrong = wrong or faults(definition, kind)
    if wrong:
        reason = ", ".join(map(str, wrong))
        raise Refusal("InvalidDefinition", f"Invalid State Machine Definition: '{reason}'")
    return dict(definition)


def faults_of_text(text: str, kind: str) -> list[Fault]:
    definition, wrong = _read(text)
    return wrong or faults(definition, kind)


def faults(definition: Any, kind: str = "STANDARD") -> list[Fault]:
    """Everything that AWS would name: first what a state lacks, then, if nothing, states that lead nowhere."""
    if not isinstance(definition, dict):
        return [Fault(SCHEMA, "Definition must be a valid JSON object")]
    language = definition.get("QueryLanguage", "JSONPath")
    if language not in LANGUAGES:
        return [_language_fault(language, "/QueryLanguage")]
    wrong = list(_of_machine(definition, "", WHOLE, Context(kind, language)))
    return wrong or [*_duplicates(definition), *_ways(definition, "")]


def faults_of_state(state: Any, language: str) -> list[Fault]:
    """Of a state by itself, whatever it leads to."""
    return list(_of_state(state, "", Context("STANDARD", language)))


class Context:
    """What holds for all states of a definition: whether it is express, and the query language of the whole."""

    def __init__(self, kind: str, language: str) -> None:
        self.is_express = kind == "EXPRESS"
        self.language = language


def _read(text: str) -> tuple[Any, list[Fault]]:
    if not text:
        return None, [Fault(SCHEMA, "Definition must be a valid JSON object")]
    if len(text.encode()) > LARGEST:
        return None, [Fault("MAX_SIZE_EXCEEDED", f"more than {LARGEST} bytes")]
    try:
        return load_json(text, DEEPEST), []
    except Unbounded as error:
        return None, [Fault(NO_JSON, str(error))]
    except ValueError:
        return None, [_unreadable(text)]


def _unreadable(text: str) -> Fault:
    wrong = json_fault(text)
    return Fault(NO_JSON, f"{wrong.message}\n at {wrong.source}", wrong.source) if wrong else Fault(NO_JSON, "no JSON")


def _of_machine(machine: Any, at: str, known: set[str], context: Context) -> Iterator[Fault]:
    if not isinstance(machine, dict):
        yield schema("Expected value of type Object", at or "/")
        return
    yield from (unsupported(name, at or "/") for name in machine if name not in known)
    lacking = [name for name in ("States", "StartAt") if not machine.get(name)]
    if lacking:
        yield required(lacking, at or "/")
        return
    yield from values.of_fields({name: machine[name] for name in machine if name == "TimeoutSeconds"}, "JSONPath", at)
    states = machine["States"]
    if not isinstance(states, dict) or not isinstance(machine["StartAt"], str):
        wrong = ("States", "Object") if not isinstance(states, dict) else ("StartAt", "String")
        yield schema(f"Expected value of type {wrong[1]}", f"{at}/{wrong[0]}")
        return
    for name, state in states.items():
        if len(name) > LONGEST_NAME:
            yield schema(f"State name length exceeds the maximum of {LONGEST_NAME}", f"{at}/States/{name}")
        yield from _of_state(state, f"{at}/States/{name}", context)


def _of_state(state: Any, at: str, context: Context) -> Iterator[Fault]:
    if not isinstance(state, dict):
        yield schema("Expected value of type Object", at)
    elif state.get("Type") is None:
        yield required(["Type"], at)
    elif state["Type"] not in fields.TYPES:
        kinds = ", ".join(fields.TYPES)
        yield schema(f"The field 'Type' should have one of these values: [{kinds}]", f"{at}/Type")
    else:
        language = state.get("QueryLanguage", context.language)
        yield from _of_language(language, context, at)
        yield from fields.of_state(state, language, at)
        yield from values.of_fields(state, language, at)
        yield from errors.of_state(state, language, at)
        yield from _of_kind(state, language, at, context)


def _of_language(language: Any, context: Context, at: str) -> Iterator[Fault]:
    if language not in LANGUAGES:
        yield _language_fault(language, f"{at}/QueryLanguage")
    elif language == "JSONPath" and context.language == "JSONata":
        yield schema("'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine", at)


def _language_fault(value: Any, at: str) -> Fault:
    is_text = isinstance(value, str)
    values = f"Value should be one of the following: [{', '.join(LANGUAGES)}]"
    return schema(values if is_text else "Expected value of type [STRING]", at)


def _of_kind(state: Fields, language: str, at: str, context: Context) -> Iterator[Fault]:
    if state["Type"] == "Choice" and state.get("Choices"):
        yield from choices.of_state(state, language, at)
    if state["Type"] == "Task" and isinstance(state.get("Resource"), str):
        yield from _of_resource(state["Resource"], f"{at}/Resource", context)
    if state["Type"] == "Map":
        yield from map_fields.of_state(state, language, at, context.is_express)
    for inner, place, known in machines_within(state, at):
        yield from _of_machine(inner, place, known, context)


def _of_resource(text: str, at: str, context: Context) -> Iterator[Fault]:
    resource = resource_of(text)
    if resource is None:
        yield schema("Value is not a valid resource ARN", at)
    elif context.is_express and (resource.pattern in CALLBACKS or resource.kind == "activity"):
        yield schema(f"Express state machine does not support {_not_express(resource)}", at)


def _not_express(resource: Resource) -> str:
    """With the blank at the end that AWS writes for callbacks alone."""
    if resource.kind == "activity":
        return "Activity ARN"
    return f"'.{resource.pattern}' service integration{' ' if resource.pattern == 'waitForTaskToken' else ''}"


def machines_within(state: Fields, at: str) -> Iterator[tuple[Any, str, set[str]]]:
    """The machines of branches and iterations, where each is, and which fields it may have."""
    branches = state.get("Branches")
    for index, branch in enumerate(branches if isinstance(branches, list) else []):
        yield branch, f"{at}/Branches[{index}]", PART
    for name in ("ItemProcessor", "Iterator"):
        if state.get(name):
            yield state[name], f"{at}/{name}", PART | {"ProcessorConfig"}


def _ways(machine: Fields, at: str) -> Iterator[Fault]:
    yield from transitions.of_machine(machine, at)
    for name, state in machine["States"].items():
        for inner, place, _ in machines_within(state, f"{at}/States/{name}"):
            yield from _ways(inner, place)


def _duplicates(definition: Fields) -> Iterator[Fault]:
    """Names are unique in the whole definition, branches and iterations included."""
    seen: set[str] = set()
    for name, at in _names(definition, ""):
        if name in seen:
            yield Fault("DUPLICATE_STATE_NAME", f"Duplicate State name: {name}", at)
        seen.add(name)


def _names(machine: Fields, at: str) -> Iterator[tuple[str, str]]:
    for name, state in machine["States"].items():
        yield name, f"{at}/States/{name}"
        for inner, place, _ in machines_within(state, f"{at}/States/{name}"):
            yield from _names(inner, place)
