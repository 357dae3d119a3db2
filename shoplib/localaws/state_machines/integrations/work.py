"""The work of one Task state: a call, and waiting for whoever ends it."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from contextvars import copy_context
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Protocol

from shoplib.localaws import task_tokens
from shoplib.localaws.arns import Arn
from shoplib.localaws.json_text import compact
from shoplib.localaws.sdk_operations import operation_of, service_of
from shoplib.localaws.state_machines.definition.resources import Resource
from shoplib.localaws.state_machines.integrations import optimized
from shoplib.localaws.state_machines.integrations.activities import Activities, Errand, from_any_thread
from shoplib.localaws.state_machines.integrations.api_calls import ApiCalls
from shoplib.localaws.state_machines.integrations.callbacks import Callbacks
from shoplib.localaws.state_machines.integrations.errors import failure_of
from shoplib.localaws.state_machines.integrations.exchanges import metadata_of
from shoplib.localaws.state_machines.integrations.role_clients import RoleClients
from shoplib.localaws.state_machines.integrations.shapes import (
    as_iso,
    as_milliseconds,
    from_model,
    objection_to,
    to_model,
    without_nulls,
)
from shoplib.localaws.state_machines.interpreter import Task, Timers
from shoplib.localaws.state_machines.language import StateFailure
from shoplib.localaws.state_machines.language.failures import runtime

POLL_S = 0.5  # between two questions whether a query is over


@dataclass(frozen=True)
class Caller:
    """In whose name an execution calls."""

    execution_arn: str
    machine_arn: str
    role_arn: str
    account_id: str
    region: str


class Children(Protocol):
    """Executions that were started by others."""

    async def ended(self, arn: str) -> dict[str, Any]:
        """What DescribeExecution says of the execution when it is over."""

    def abandon(self, arn: str) -> None:
        """Abort the execution, without waiting for its end."""


@dataclass
class Partners:
    """What the tasks of all executions share."""

    clients: RoleClients
    callbacks: Callbacks
    activities: Activities
    children: Children
    threads: Executor
    timers: Timers
    apis: ApiCalls = field(default_factory=ApiCalls)


class TaskWork:
    """The tasks of one execution."""

    def __init__(self, partners: Partners, caller: Caller) -> None:
        self._partners, self._caller = partners, caller

    def new_token(self, resource: Resource) -> str:
        return task_tokens.new_token(resource.arn if resource.kind == "activity" else self._caller.machine_arn)

    async def work(self, task: Task) -> Any:
        ways: dict[str, Callable[[Task], Awaitable[Any]]] = {
            "function": self._function,
            "activity": self._activity,
            "service": self._service,
        }
        if not task.token:
            return await ways[task.resource.kind](task)
        self._partners.callbacks.open(task.token)
        try:
            return await ways[task.resource.kind](task)
        finally:
            self._partners.callbacks.close(task.token)

    async def _function(self, task: Task) -> Any:
        task.started(None)
        arn = task.resource.arn
        called = Resource("service", arn, "lambda", "invoke")
        parameters = {"FunctionName": arn, "Payload": compact(task.arguments).encode()}
        answer = await self._call(called, parameters, task.role, Arn.parse(arn).region)
        return optimized.checked("lambda", answer)["Payload"]

    async def _activity(self, task: Task) -> Any:
        errand = Errand(task.token, compact(task.arguments), from_any_thread(task.started))
        if not self._partners.activities.put(task.resource.arn, errand):
            raise runtime(f"Activity Does Not Exist: '{task.resource.arn}'")
        return await self._partners.callbacks.answer(task.token, task.heartbeat)

    async def _service(self, task: Task) -> Any:
        task.started(None)
        resource = task.resource
        origin = (self._caller.machine_arn, self._caller.execution_arn)
        arguments = task.arguments if resource.is_sdk else optimized.prepared(resource.service, task.arguments, origin)
        answer = await self._call(resource, arguments, task.role, self._caller.region)
        if not resource.is_sdk:
            answer = optimized.checked(resource.service, answer)
        if not resource.pattern:
            return answer
        task.submitted(answer)
        if task.token:
            return await self._partners.callbacks.answer(task.token, task.heartbeat)
        if resource.service == "athena":
            return await self._query(answer["QueryExecutionId"], resource, task.role)
        return await self._child(answer["ExecutionArn"], resource)

    async def _query(self, query_id: str, resource: Resource, role: str | None) -> dict[str, Any]:
        """What Athena says of the query when it is over."""
        asking = replace(resource, operation="getQueryExecution")
        while True:
            result = await self._call(asking, {"QueryExecutionId": query_id}, role, self._caller.region)
            status = result["QueryExecution"]["Status"]["State"]
            if status == "SUCCEEDED":
                return result
            if status in ("FAILED", "CANCELLED"):
                raise StateFailure("States.TaskFailed", compact(result["QueryExecution"]))
            await self._partners.timers.sleep(POLL_S)

    async def _child(self, arn: str, resource: Resource) -> dict[str, Any]:
        try:
            described = await self._partners.children.ended(arn)
        except asyncio.CancelledError:  # whoever ends the parent ends its child
            self._partners.children.abandon(arn)
            raise
        if described["Status"] != "SUCCEEDED":
            raise StateFailure("States.TaskFailed", compact(described))
        return optimized.with_json(described) if resource.pattern == "sync:2" else described

    async def _call(self, resource: Resource, arguments: Any, role: str | None, region: str) -> dict[str, Any]:
        call = partial(self._blocking, resource, arguments, role or self._caller.role_arn, region)
        context = copy_context()
        return await asyncio.get_running_loop().run_in_executor(self._partners.threads, context.run, call)

    def _blocking(self, resource: Resource, arguments: Any, role: str, region: str) -> dict[str, Any]:
        if resource.service == "apigateway":
            return self._partners.apis.invoke(arguments, role, region)
        name = resource.service.removeprefix("aws-sdk:")
        service = service_of(name) if resource.is_sdk else optimized.BOTO_NAMES.get(name, name)
        client = self._partners.clients.client(service, self._caller.machine_arn, role, region)
        model = client.meta.service_model
        operation = model.operation_model(operation_of(service, resource.operation))
        parameters = _parameters(arguments, operation, resource)
        optimized.require_reachable(resource.service, parameters)
        try:
            answer = client._make_api_call(operation.name, parameters)
        except Exception as error:  # noqa: BLE001 - it is raised again when it is no answer of the service's
            raise failure_of(error, resource, model) from None
        result = from_model(answer, operation.output_shape, as_iso if resource.is_sdk else as_milliseconds) or {}
        is_bare = resource.is_sdk or resource.service in optimized.WITHOUT_METADATA
        return result if is_bare else {**result, **metadata_of(answer, resource.service)}


def _parameters(arguments: Any, operation: Any, resource: Resource) -> dict[str, Any]:
    if not isinstance(arguments, dict):
        raise runtime(f"The parameters of {resource.arn} must be an object, not {compact(arguments)}")
    if operation.input_shape is None:
        return {}
    parameters = dict(to_model(arguments, operation.input_shape))
    if objection := objection_to(parameters, operation.input_shape):
        raise runtime(objection)
    return without_nulls(parameters)
