"""Begins the Map Runs of one execution, in the name of its machine and role."""

import uuid
from dataclasses import dataclass, replace
from typing import Any, Protocol

from shoplib.localaws.json_text import compact
from shoplib.localaws.permissions import Access, first_denied
from shoplib.localaws.state_machines.executions import Execution, Origin
from shoplib.localaws.state_machines.integrations import Buckets
from shoplib.localaws.state_machines.integrations.role_clients import SESSION
from shoplib.localaws.state_machines.language import StateFailure
from shoplib.localaws.state_machines.map_runs.distribution import Batch, Distribution
from shoplib.localaws.state_machines.map_runs.map_run import MapRun, MapRuns

START = "states:StartExecution"


class Executions(Protocol):
    """Whoever runs executions."""

    map_runs: MapRuns

    def start(self, execution: Execution) -> None: ...

    def redrive(self, execution: Execution, token: str | None) -> None: ...

    def abandon(self, arn: str) -> None: ...

    def now(self) -> float: ...


@dataclass
class Distributor:
    """`buckets` reads and writes as the execution's role."""

    executions: Executions
    parent: Execution
    buckets: Buckets

    def begin(self, distribution: Distribution) -> MapRun:
        origin = self.parent.origin
        self._require_permission(origin)
        children = Children(self.executions, self.parent, distribution)
        run = MapRun(
            children.map_run_arn,
            self.parent.arn,
            children.machine_arn,
            distribution.most_at_once,
            distribution.tolerance,
            distribution.most_items,
            self.executions.now(),
            children,
        )
        self.executions.map_runs.add(run)
        return run

    def _require_permission(self, origin: Origin) -> None:
        """Executions of a Map Run start as the machine's role, which must be allowed to start its own machine."""
        role = origin.revision.role_arn
        if first_denied(role, SESSION, [Access(START, origin.owner_arn)]):
            raise StateFailure(
                "States.Permissions",
                f"The role {role} is not authorized to perform: {START} on resource: {origin.owner_arn}",
            )


class Children:
    """Starts the executions of one Map Run."""

    def __init__(self, executions: Executions, parent: Execution, distribution: Distribution) -> None:
        self._executions, self._parent, self._is_express = executions, parent, distribution.is_express
        origin = parent.origin
        self._origin = Origin(
            f"{origin.owner_arn}/{distribution.label}",
            f"{origin.owner_arn.rpartition(':')[2]}/{distribution.label}",
            distribution.is_express,
            _revision(origin.revision, distribution),
            origin.version_arn,
            origin.alias_arn,
        )
        self.machine_arn = self._origin.machine_arn
        self.map_run_arn = f"{self._prefix('mapRun')}:{uuid.uuid4()}"
        self.now = executions.now

    def begin(self, batch: Batch) -> Execution:
        name = str(uuid.uuid4())
        more = f":{uuid.uuid4()}" if self._is_express else ""
        arn = f"{self._prefix('express' if self._is_express else 'execution')}:{name}{more}"
        text, trace = compact(batch.document), self._parent.trace
        execution = Execution(
            arn, name, self._origin, text, self.now(), trace, map_run_arn=self.map_run_arn, item_count=batch.items
        )
        self._executions.start(execution)
        return execution

    def redrive(self, child: Execution) -> bool:
        """An express execution keeps no place from which it could go on."""
        can_go_on = not (self._is_express or child.objection_to_redrive())
        if can_go_on:
            self._executions.redrive(child, None)
        return can_go_on

    def abandon(self, child: Execution) -> None:
        self._executions.abandon(child.arn)

    def _prefix(self, kind: str) -> str:
        return self._origin.machine_arn.replace(":stateMachine:", f":{kind}:", 1)


def _revision(revision: Any, distribution: Distribution) -> Any:
    machine = {name: each for name, each in distribution.machine.items() if name != "ProcessorConfig"}
    definition = {"QueryLanguage": revision.definition.get("QueryLanguage", "JSONPath"), **machine}
    return replace(revision, text=compact(machine), definition=definition)
