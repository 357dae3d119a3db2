"""Versions of machines, and aliases that send executions to one or two of them."""

import re

from shoplib.localaws import engine_clock
from shoplib.localaws.ingress.json_service import Place
from shoplib.localaws.ingress.refusals import Refusal
from shoplib.localaws.state_machines.api.answers import Parameters, Result, page, require_name
from shoplib.localaws.state_machines.machines import Alias, Machine, Machines

UNKNOWN = "Request references a resource that does not exist."
VERSION = re.compile(r":stateMachine:[^:]+:\d+$")


class VersionOperations:
    def __init__(self, machines: Machines) -> None:
        self._machines = machines

    def publish(self, place: Place, parameters: Parameters) -> Result:
        machine = self._machines.require(parameters["stateMachineArn"])
        with machine.lock:
            revision_id, current = parameters.get("revisionId"), machine.revision.id or "INITIAL"
            if revision_id and revision_id != current:
                raise Refusal(
                    "ConflictException",
                    f"Failed to publish the State Machine version for revision {revision_id}. The current State "
                    f"Machine revision is {current}.",
                )
            version = machine.publish(parameters.get("description") or "", engine_clock.now())
        return {"stateMachineVersionArn": f"{machine.arn}:{version.number}", "creationDate": version.created}

    def list_versions(self, place: Place, parameters: Parameters) -> Result:
        machine = self._machines.require(parameters["stateMachineArn"])
        versions = sorted(machine.versions.values(), key=lambda version: version.number, reverse=True)
        rows = [
            {"stateMachineVersionArn": f"{machine.arn}:{each.number}", "creationDate": each.created}
            for each in versions
        ]
        return page("stateMachineVersions", rows, parameters)

    def delete(self, place: Place, parameters: Parameters) -> Result:
        arn, _, number = parameters["stateMachineVersionArn"].rpartition(":")
        machine = self._machines.get(arn)
        if machine is None or not number.isdigit():
            return {}
        with machine.lock:
            users = [alias.name for alias in machine.aliases.values() if _sends_to(alias, int(number))]
            if users:
                raise Refusal(
                    "ConflictException",
                    f"Version to be deleted must not be referenced by an alias. Current list of aliases referencing "
                    f"this version: [{', '.join(users)}]",
                )
            machine.versions.pop(int(number), None)
        return {}

    def create_alias(self, place: Place, parameters: Parameters) -> Result:
        routes, name = parameters["routingConfiguration"], require_name(parameters["name"])
        machine = self._routed(routes)
        description = parameters.get("description") or ""
        with machine.lock:
            existing = machine.aliases.get(name)
            if existing is not None and (existing.routes, existing.description) != (routes, description):
                raise Refusal(
                    "ConflictException",
                    "Failed to create alias because an alias with the same name and a different routing configuration "
                    "already exists.",
                )
            now = engine_clock.now()
            alias = existing or Alias(name, description, routes, now, now)
            machine.aliases[name] = alias
        return {"stateMachineAliasArn": f"{machine.arn}:{name}", "creationDate": alias.created}

    def update_alias(self, place: Place, parameters: Parameters) -> Result:
        machine, alias = self._alias(parameters["stateMachineAliasArn"])
        routes = parameters.get("routingConfiguration")
        if routes is not None:
            _require_form(routes)
            _require_versions(machine, routes)
        with machine.lock:
            alias.routes = routes or alias.routes
            alias.description = parameters.get("description", alias.description)
            alias.updated = engine_clock.now()
        return {"updateDate": alias.updated}

    def describe_alias(self, place: Place, parameters: Parameters) -> Result:
        arn = parameters["stateMachineAliasArn"]
        _, alias = self._alias(arn)
        return {
            "stateMachineAliasArn": arn,
            "name": alias.name,
            "description": alias.description,
            "routingConfiguration": alias.routes,
            "creationDate": alias.created,
            "updateDate": alias.updated,
        }

    def list_aliases(self, place: Place, parameters: Parameters) -> Result:
        target = self._machines.target(parameters["stateMachineArn"])
        machine, version = target.machine, target.version
        aliases = [each for each in machine.aliases.values() if version is None or _sends_to(each, version.number)]
        rows = [
            {"stateMachineAliasArn": f"{machine.arn}:{each.name}", "creationDate": each.created} for each in aliases
        ]
        return page("stateMachineAliases", rows, parameters)

    def delete_alias(self, place: Place, parameters: Parameters) -> Result:
        """An alias that is not there is no error."""
        whole, _, name = parameters["stateMachineAliasArn"].rpartition(":")
        if machine := self._machines.get(whole):
            with machine.lock:
                machine.aliases.pop(name, None)
        return {}

    def _routed(self, routes: list[Parameters]) -> Machine:
        """The one machine whose versions they are."""
        _require_form(routes)
        machine = self._machines.require(routes[0]["stateMachineVersionArn"].rpartition(":")[0])
        _require_versions(machine, routes)
        return machine

    def _alias(self, arn: str) -> tuple[Machine, Alias]:
        whole, _, name = arn.rpartition(":")
        machine = self._machines.get(whole)
        alias = machine.aliases.get(name) if machine else None
        if machine is None or alias is None:
            raise Refusal("ResourceNotFound", UNKNOWN)
        return machine, alias


def _sends_to(alias: Alias, number: int) -> bool:
    return any(route["stateMachineVersionArn"].endswith(f":{number}") for route in alias.routes)


def _require_form(routes: list[Parameters]) -> None:
    arns = [route["stateMachineVersionArn"] for route in routes]
    received = f"Received: [{', '.join(arns)}]"
    if not all(VERSION.search(arn) for arn in arns):
        raise _invalid(f"Routing configuration must contain state machine version ARNs. {received}")
    if len(set(arns)) != len(arns):
        raise _invalid(f"Routing configuration must contain distinct state machine version ARNs. {received}")
    weights = [route["weight"] for route in routes]
    if sum(weights) != 100:
        raise _invalid(f"Sum of routing configuration weights must equal 100. Received: {weights}")


def _require_versions(machine: Machine, routes: list[Parameters]) -> None:
    for whole, _, number in (route["stateMachineVersionArn"].rpartition(":") for route in routes):
        if whole != machine.arn:
            raise _invalid("Routing configuration must contain state machine version ARNs of one state machine")
        if int(number) not in machine.versions:
            raise Refusal("ResourceNotFound", UNKNOWN)


def _invalid(reason: str) -> Refusal:
    return Refusal("ValidationException", reason)
