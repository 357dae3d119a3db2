"""State machines as they are kept: revisions, versions and aliases."""

import random
import threading
import uuid
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from shoplib.localaws.arns import Arn, is_arn
from shoplib.localaws.ingress.refusals import Refusal
from shoplib.localaws.state_machines.executions import Execution

EXPRESS = "EXPRESS"


@dataclass(frozen=True)
class Revision:
    """What an update replaces as a whole; executions keep the one that they began with."""

    text: str
    definition: dict[str, Any]
    role_arn: str
    logging: dict[str, Any]
    tracing: dict[str, Any]
    encryption: dict[str, Any]
    updated: float
    id: str | None = None  # AWS gives the first one none


@dataclass(frozen=True)
class Version:
    number: int
    revision: Revision
    created: float
    description: str


@dataclass
class Alias:
    name: str
    description: str
    routes: list[dict[str, Any]]
    created: float
    updated: float


@dataclass(frozen=True)
class Target:
    """What an ARN of a machine, a version or an alias stands for at this moment."""

    machine: "Machine"
    revision: Revision
    version: Version | None = None
    alias: Alias | None = None

    @property
    def version_arn(self) -> str | None:
        return f"{self.machine.arn}:{self.version.number}" if self.version else None

    @property
    def alias_arn(self) -> str | None:
        return f"{self.machine.arn}:{self.alias.name}" if self.alias else None


@dataclass
class Machine:
    arn: str
    name: str
    kind: str
    created: float
    revision: Revision
    tags: dict[str, str]
    versions: dict[int, Version] = field(default_factory=dict)
    last_version: int = 0
    aliases: dict[str, Alias] = field(default_factory=dict)
    executions: OrderedDict[str, Execution] = field(default_factory=OrderedDict)  # of a standard machine, by name
    lock: threading.RLock = field(default_factory=threading.RLock)

    def publish(self, description: str, now: float) -> Version:
        """The newest version, if it is of the revision as it is now; else a new one."""
        newest = self.versions.get(self.last_version)
        if newest is not None and newest.revision is self.revision:
            return newest
        self.last_version += 1
        version = self.versions[self.last_version] = Version(self.last_version, self.revision, now, description)
        return version


class Machines:
    """All machines by ARN. Thread-safe."""

    def __init__(self) -> None:
        self._by_arn: dict[str, Machine] = {}
        self.lock = threading.RLock()

    def add(self, machine: Machine) -> None:
        self._by_arn[machine.arn] = machine

    def drop(self, arn: str) -> None:
        self._by_arn.pop(arn, None)

    def get(self, arn: str) -> Machine | None:
        return self._by_arn.get(arn)

    def all(self) -> list[Machine]:
        return list(self._by_arn.values())

    def replace(self, machines: list[Machine]) -> None:
        """Have these, and no others."""
        with self.lock:
            self._by_arn = {machine.arn: machine for machine in machines}

    def within(self, prefix: str) -> list[Machine]:
        """The machines whose ARN begins so, by name."""
        with self.lock:
            matching = [machine for arn, machine in self._by_arn.items() if arn.startswith(prefix)]
        return sorted(matching, key=lambda machine: machine.name)

    def require(self, arn: str) -> Machine:
        """Raises StateMachineDoesNotExist or InvalidArn."""
        require_arn(arn, "stateMachine")
        machine = self._by_arn.get(arn)
        if machine is None:
            raise _missing(arn)
        return machine

    def target(self, arn: str) -> Target:
        """Of the ARN of a machine, a version or an alias. Raises StateMachineDoesNotExist or InvalidArn."""
        require_arn(arn, "stateMachine")
        if machine := self._by_arn.get(arn):
            return Target(machine, machine.revision)
        whole, _, qualifier = arn.rpartition(":")
        unqualified = self._by_arn.get(whole)
        if unqualified is None:
            raise _missing(arn)
        return _qualified(unqualified, qualifier, arn)


def _qualified(machine: Machine, qualifier: str, arn: str) -> Target:
    if qualifier.isdigit() and (version := machine.versions.get(int(qualifier))):
        return Target(machine, version.revision, version)
    alias = machine.aliases.get(qualifier)
    if alias is None:
        raise _missing(arn)
    version = machine.versions[_routed(alias)]
    return Target(machine, version.revision, version, alias)


def _routed(alias: Alias) -> int:
    """One of the alias's versions, by the weights of its routes."""
    weights = [route["weight"] for route in alias.routes]
    arn = random.choices(alias.routes, weights)[0]["stateMachineVersionArn"]
    return int(arn.rpartition(":")[2])


def _missing(arn: str) -> Refusal:
    return Refusal("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{arn}'")


def require_arn(arn: str, kind: str) -> None:
    parsed = Arn.parse(arn) if is_arn(arn) else None
    if parsed is None or parsed.service != "states" or ":" not in parsed.resource:
        raise Refusal("InvalidArn", f"Invalid Arn: 'Invalid ARN prefix: {arn}'")
    if (actual := parsed.resource.partition(":")[0]) != kind:
        raise Refusal("InvalidArn", f"Invalid Arn: 'Resource type not valid in this context: {actual}'")


def new_revision_id() -> str:
    return str(uuid.uuid4())
