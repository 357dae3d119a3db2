"""One sequence of states at work: the machine's own, a branch's, or an iteration's."""

from collections.abc import Awaitable, Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from shoplib.localaws.json_text import compact
from shoplib.localaws.state_machines.definition.resources import Resource
from shoplib.localaws.state_machines.interpreter.history import History
from shoplib.localaws.state_machines.interpreter.timers import Timers
from shoplib.localaws.state_machines.language import EvaluationFailure, Language, Result, Scope, language_of
from shoplib.localaws.state_machines.language.timestamps import written

LARGEST = 256 * 1024  # bytes of a state's input or output
COUNTING = ("Task", "Parallel", "Map")  # states that can be tried again
State = Mapping[str, Any]
NOT_TRUNCATED = {"truncated": False}
UNFINISHED = object()


@dataclass
class Task:
    """One attempt of a Task state: what is called with which arguments, and for how long.

    `submitted` is told the answer of a service that goes on working, `started` that somebody began to work.
    """

    resource: Resource
    arguments: Any
    heartbeat: float | None
    token: str
    role: str | None
    started: Callable[[str | None], None]
    submitted: Callable[[Any], None]


class Integrations(Protocol):
    """What Task states call."""

    def new_token(self, resource: Resource) -> str: ...

    async def work(self, task: Task) -> Any:
        """The result. Raises StateFailure."""


@dataclass
class Run:
    """What all sequences of an execution share. `follow` runs the states of a machine within a walk, `distribute` a
    Map in mode DISTRIBUTED, which a trial of one state has no use for."""

    history: History
    timers: Timers
    integrations: Integrations
    region: str
    language: str
    follow: Callable[["Walk", State, Any], Awaitable[Any]]
    distribute: Callable[["Walk", State, Scope, Language], Awaitable[Any]] | None = None


class Place(NamedTuple):
    """Where a walk stands: a state, its input, and the event of its entry."""

    state: str
    document: Any
    event_id: int


@dataclass
class Walk:
    """`previous` is the id of the event from which the next one follows."""

    run: Run
    context: dict[str, Any]
    variables: dict[str, Any] = field(default_factory=dict)
    previous: int = 0
    kind: str = ""  # of the state at work
    place: Place | None = None
    branches: list["Walk"] = field(default_factory=list)  # of the state at work
    map_run: Any = None  # of the state at work
    output: Any = UNFINISHED
    is_resumed: bool = False  # the state at work was entered before the execution was redriven

    def record(self, kind: str, **details: Any) -> int:
        """Add an event, from which the next one follows."""
        self.previous = self.note(kind, **details)
        return self.previous

    def note(self, kind: str, **details: Any) -> int:
        """Add an event that the next one does not follow from."""
        return self.run.history.add(kind, self.previous, details or None)

    def enter(self, name: str, state: State, document: Any) -> int:
        self.kind = state["Type"]
        self.branches, self.map_run = [], None
        entered = {"Name": name, "EnteredTime": written(self.run.timers.now())}
        retry_count = {"RetryCount": 0} if self.kind in COUNTING else {}
        self.context = {**self.context, "State": {**entered, **retry_count}}
        entry = {"name": name, "input": compact(document), "inputDetails": NOT_TRUNCATED}
        event_id = self.record(f"{self.kind}StateEntered", **entry)
        self.place = Place(name, document, event_id)
        return event_id

    def resume(self) -> None:
        """Go on where the walk stopped: what is finished stays so, and the state at work is tried anew."""
        if self.place is not None and self.output is UNFINISHED:
            self.is_resumed = True
        if self.kind in COUNTING:
            self.context = {**self.context, "State": {**self.context["State"], "RetryCount": 0}}
        for branch in self.branches:
            branch.resume()

    def leave(self, name: str, result: Result) -> None:
        output = compact(result.output)
        if len(output.encode()) > LARGEST:
            raise EvaluationFailure(
                "States.DataLimitExceeded",
                f"The state/task '{name}' returned a result with a size exceeding the maximum number of bytes "
                "service limit.",
            )
        self.variables.update(deepcopy(result.variables))
        assigned = {each: compact(value) for each, value in result.variables.items()}
        more = {"assignedVariables": assigned, "assignedVariablesDetails": NOT_TRUNCATED} if assigned else {}
        exited = {"name": name, "output": output, "outputDetails": NOT_TRUNCATED, **more}
        self.record(f"{self.kind}StateExited", **exited)

    def try_again(self) -> None:
        self.branches, self.map_run = [], None
        state = self.context["State"]
        self.context = {**self.context, "State": {**state, "RetryCount": state["RetryCount"] + 1}}

    def fork(self, **context: Any) -> "Walk":
        """A sequence within this one, which sees its variables and keeps its own."""
        return Walk(self.run, {**self.context, **context}, dict(self.variables), self.previous)

    def scope(self, document: Any) -> Scope:
        return Scope(document, self.context, self.variables)

    def language_of(self, state: State) -> Language:
        return language_of(state.get("QueryLanguage", self.run.language))
