"""Task states: what they call, how long they wait for it, and what histories tell of it."""

from collections.abc import Mapping
from typing import Any

from shoplib.localaws.json_text import compact
from shoplib.localaws.state_machines.definition.resources import Resource, resource_of
from shoplib.localaws.state_machines.interpreter.retries import TIMEOUTS
from shoplib.localaws.state_machines.interpreter.steps import Step
from shoplib.localaws.state_machines.interpreter.timers import within
from shoplib.localaws.state_machines.interpreter.walk import LARGEST, NOT_TRUNCATED, Task, Walk
from shoplib.localaws.state_machines.language import EvaluationFailure, Language, Scope, StateFailure
from shoplib.localaws.state_machines.language.failures import runtime

PREFIXES = {"function": "LambdaFunction", "activity": "Activity", "service": "Task"}
State = Mapping[str, Any]


async def work(walk: Walk, state: State, scope: Scope, language: Language) -> Step:
    resource = _resource(state["Resource"])
    token = walk.run.integrations.new_token(resource) if _waits_for_callback(resource) else ""
    inner = scope.within(Task={"Token": token}) if token else scope
    arguments = language.arguments(state, inner)
    timeout, heartbeat = (_limit(language, state, name, inner) for name in ("TimeoutSeconds", "HeartbeatSeconds"))
    credentials = language.arguments({"Type": "Task", **_credentials(state)}, inner) if "Credentials" in state else {}
    events = _Events(walk, resource)
    task = Task(resource, arguments, heartbeat, token, credentials.get("RoleArn"), events.started, events.submitted)
    events.scheduled(arguments, timeout, heartbeat)
    value = await _value(walk, task, timeout, events)
    return Step(state.get("Next"), language.result(state, inner, value))


def _credentials(state: State) -> dict[str, Any]:
    """Credentials are shaped as parameters are."""
    return {"Parameters": state["Credentials"], "Arguments": state["Credentials"]}


async def _value(walk: Walk, task: Task, timeout: float | None, events: "_Events") -> Any:
    try:
        value = await within(walk.run.timers, timeout, walk.run.integrations.work(task), StateFailure("States.Timeout"))
        output = compact(value)
        if len(output.encode()) > LARGEST:
            raise _too_large(task.resource)
        events.succeeded(output)
        return value
    except EvaluationFailure:
        raise
    except StateFailure as failure:
        events.failed(failure)
        raise


def _too_large(resource: Resource) -> StateFailure:
    name = resource.arn if resource.kind == "function" else resource.service
    return StateFailure(
        "States.DataLimitExceeded",
        f"The state/task '{name}' returned a result with a size exceeding the maximum number of bytes service limit.",
    )


def _resource(text: str) -> Resource:
    resource = resource_of(text)
    if resource is None:
        raise runtime(f"The resource provided {text} is not recognized.")
    return resource


def _waits_for_callback(resource: Resource) -> bool:
    return resource.pattern == "waitForTaskToken" or resource.kind == "activity"


def _limit(language: Language, state: State, name: str, scope: Scope) -> float | None:
    value = language.value(state, name, scope)
    if value is None:
        return None
    if not isinstance(value, int | float) or isinstance(value, bool) or value <= 0 or value != int(value):
        raise runtime(f"The value of the {name} field must be a positive integer: {value}")
    return int(value)


class _Events:
    """The events of one attempt, in the words of its kind of resource."""

    def __init__(self, walk: Walk, resource: Resource) -> None:
        self._walk, self._resource = walk, resource
        self._prefix = PREFIXES[resource.kind]
        of_service = {"resourceType": resource.service, "resource": resource.name}
        self._subject = of_service if resource.kind == "service" else {}
        self._is_started = False

    def scheduled(self, arguments: Any, timeout: float | None, heartbeat: float | None) -> None:
        text = compact(arguments)
        if self._resource.kind == "service":
            details: dict[str, Any] = {**self._subject, "region": self._walk.run.region, "parameters": text}
        else:
            details = {"resource": self._resource.arn, "input": text, "inputDetails": NOT_TRUNCATED}
        if self._resource.kind != "function":
            details["heartbeatInSeconds"] = heartbeat
        self._walk.record(f"{self._prefix}Scheduled", **details, timeoutInSeconds=timeout)

    def started(self, worker: str | None = None) -> None:
        if not self._is_started:
            self._is_started = True
            more = {"workerName": worker} if worker else {}
            self._walk.record(f"{self._prefix}Started", **self._subject, **more)

    def submitted(self, output: Any) -> None:
        details = {"output": compact(output), "outputDetails": NOT_TRUNCATED}
        self._walk.record(f"{self._prefix}Submitted", **self._subject, **details)

    def succeeded(self, output: str) -> None:
        details = {"output": output, "outputDetails": NOT_TRUNCATED}
        self._walk.record(f"{self._prefix}Succeeded", **self._subject, **details)

    def failed(self, failure: StateFailure) -> None:
        end = "TimedOut" if failure.error in TIMEOUTS else "Failed"
        self._walk.record(f"{self._prefix}{end}", **self._subject, error=failure.error, cause=failure.cause)
