"""Versions of machines, and aliases that send executions to one or two of them."""

from shoplib.localaws import engine_clock
from shoplib.localaws.ingress.json_service import Place
from shoplib.localaws.ingress.refusals import Refusal
from shoplib.localaws.state_machines.api.answers import Parameters, Result, page, require_name
from shoplib.localaws.state_machines.machines import Alias, Machine, Machines


class VersionOperations:
    def __init__(self, machines: Machines) -> None:
        self._machines = machines

    def publish(self, place: Place, parameters: Parameters) -> Result:
        machine = self._machines.require(parameters["stateMachineArn"])
        with machine.lock:
            revision_id = parameters.get("revisionId")
            if revision_id and revision_id != (machine.revision.id or "INITIAL"):
                raise Refusal(
                    "ConflictException", "Failed to publish the State Machine version for revision " + revision_id
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
        routes = parameters["routingConfiguration"]
        machine, name = self._machine(routes), require_name(parameters["name"])
        _require_routes(machine, routes)
        with machine.lock:
            existing = machine.aliases.get(name)
            if existing is not None and existing.routes != routes:
                raise Refusal(
                    "ConflictException", f"Failed to create alias because an alias with the name {name} exists"
                )
            now = engine_clock.now()
            alias = existing or Alias(name, parameters.get("description") or "", routes, now, now)
            machine.aliases[name] = alias
        return {"stateMachineAliasArn": f"{machine.arn}:{name}", "creationDate": alias.created}

    def update_alias(self, place: Place, parameters: Parameters) -> Result:
        machine, alias = self._alias(parameters["stateMachineAliasArn"])
        routes = parameters.get("routingConfiguration")
        if routes is not None:
            _require_routes(machine, routes)
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
        machine, alias = self._alias(parameters["stateMachineAliasArn"])
        with machine.lock:
            machine.aliases.pop(alias.name, None)
        return {}

    def _machine(self, routes: list[Parameters]) -> Machine:
        arn = routes[0]["stateMachineVersionArn"] if routes else ""
        return self._machines.require(arn.rpartition(":")[0])

    def _alias(self, arn: str) -> tuple[Machine, Alias]:
        whole, _, name = arn.rpartition(":")
        machine = self._machines.get(whole)
        alias = machine.aliases.get(name) if machine else None
        if machine is None or alias is None:
            raise Refusal("ResourceNotFound", f"Request references a resource that does not exist: {arn}")
        return machine, alias


def _sends_to(alias: Alias, number: int) -> bool:
    return any(route["stateMachineVersionArn"].endswith(f":{number}") for route in alias.routes)


def _require_routes(machine: Machine, routes: list[Parameters]) -> None:
    arns = [route["stateMachineVersionArn"] for route in routes]
    if not 1 <= len(routes) <= 2 or len(set(arns)) != len(arns):
        raise _invalid("Routing configuration must have one or two different versions")
    if sum(route["weight"] for route in routes) != 100:
        raise _invalid("Sum of routing configuration weights must equal 100")
    for arn in arns:
        whole, _, number = arn.rpartition(":")
        if whole != machine.arn:
            raise _invalid("Routing configuration must contain state machine version ARNs of one state machine")
        if not number.isdigit() or int(number) not in machine.versions:
            raise Refusal("ResourceNotFound", f"Request references a resource that does not exist: {arn}")


def _invalid(reason: str) -> Refusal:
    return Refusal("ValidationException", reason)
