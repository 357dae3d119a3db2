"""CreateStateMachine and what else there is to do with machines."""

from shoplib.localaws import engine_clock
from shoplib.localaws.ingress.json_service import Place
from shoplib.localaws.ingress.refusals import Refusal
from shoplib.localaws.state_machines.api.answers import Parameters, Result, page, require_name, tags_of, without_nulls
from shoplib.localaws.state_machines.api.revisions import new_revision, revised
from shoplib.localaws.state_machines.definition.check import faults_of_text
from shoplib.localaws.state_machines.definition.variables import variable_references
from shoplib.localaws.state_machines.machines import Machine, Machines, Revision, require_arn
from shoplib.localaws.state_machines.runner import Runner

REVISED = ("definition", "roleArn", "loggingConfiguration", "tracingConfiguration", "encryptionConfiguration")


class MachineOperations:
    def __init__(self, machines: Machines, runner: Runner) -> None:
        self._machines, self._runner = machines, runner

    def create(self, place: Place, parameters: Parameters) -> Result:
        name, kind = require_name(parameters["name"]), parameters.get("type") or "STANDARD"
        revision = new_revision(parameters, kind, place.region)
        if parameters.get("versionDescription") and not parameters.get("publish"):
            raise Refusal("ValidationException", "Version description can only be set when publish is true")
        arn = f"{_prefix(place)}{name}"
        with self._machines.lock:
            machine = self._machines.get(arn)
            if machine is None:
                now = engine_clock.now()
                machine = Machine(arn, name, kind, now, revision, tags_of(parameters))
                self._machines.add(machine)
            elif not _is_same(machine, revision, kind):
                raise Refusal("StateMachineAlreadyExists", f"State Machine Already Exists: '{arn}'")
        published = self._published(machine, parameters)
        return {"stateMachineArn": arn, "creationDate": machine.created, **published}

    def update(self, place: Place, parameters: Parameters) -> Result:
        machine = self._machines.require(parameters["stateMachineArn"])
        if not any(parameters.get(name) is not None for name in REVISED) and not parameters.get("publish"):
            raise Refusal(
                "MissingRequiredParameter",
                "Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be "
                "specified",
            )
        with machine.lock:
            machine.revision = revised(machine, parameters)
            published = self._published(machine, parameters)
        return without_nulls({"updateDate": machine.revision.updated, "revisionId": machine.revision.id, **published})

    def describe(self, place: Place, parameters: Parameters) -> Result:
        target = self._machines.target(parameters["stateMachineArn"])
        return without_nulls(
            {
                "stateMachineArn": parameters["stateMachineArn"],
                "name": target.machine.name,
                "status": "ACTIVE",
                "type": target.machine.kind,
                "creationDate": target.version.created if target.version else target.machine.created,
                "description": (target.version.description or None) if target.version else None,
                **described(target.revision),
            }
        )

    def list_machines(self, place: Place, parameters: Parameters) -> Result:
        rows = [
            {"stateMachineArn": each.arn, "name": each.name, "type": each.kind, "creationDate": each.created}
            for each in self._machines.within(_prefix(place))
        ]
        return page("stateMachines", rows, parameters)

    def delete(self, place: Place, parameters: Parameters) -> Result:
        """What runs goes on to its end. A machine that is not there is no error."""
        arn = parameters["stateMachineArn"]
        require_arn(arn, "stateMachine")
        with self._machines.lock:
            self._machines.drop(arn)
        return {}

    def validate(self, place: Place, parameters: Parameters) -> Result:
        wrong = faults_of_text(parameters["definition"], parameters.get("type") or "STANDARD")
        most = parameters.get("maxResults") or 100
        return {
            "result": "FAIL" if wrong else "OK",
            "diagnostics": [each.diagnostic() for each in wrong[:most]],
            "truncated": len(wrong) > most,
        }

    def describe_for_execution(self, place: Place, parameters: Parameters) -> Result:
        arn = parameters["executionArn"]
        require_arn(arn, "execution")
        execution = self._runner.find(arn)
        if execution is None:
            raise Refusal("ExecutionDoesNotExist", f"Execution Does Not Exist: '{arn}'")
        origin = execution.origin
        updated = {"updateDate": origin.revision.updated}
        return without_nulls(
            {
                "stateMachineArn": origin.machine_arn,
                "name": origin.machine_name,
                **described(origin.revision),
                **updated,
                "mapRunArn": execution.map_run_arn,
                "label": origin.machine_arn.partition("/")[2] or None,
            }
        )

    def _published(self, machine: Machine, parameters: Parameters) -> Result:
        if not parameters.get("publish"):
            return {}
        with machine.lock:
            version = machine.publish(parameters.get("versionDescription") or "", engine_clock.now())
        return {"stateMachineVersionArn": f"{machine.arn}:{version.number}"}


def described(revision: Revision) -> Result:
    return {
        "definition": revision.text,
        "roleArn": revision.role_arn,
        "loggingConfiguration": revision.logging,
        "tracingConfiguration": revision.tracing,
        "encryptionConfiguration": revision.encryption,
        "revisionId": revision.id,
        "variableReferences": variable_references(revision.definition) or None,
    }


def _prefix(place: Place) -> str:
    return f"arn:aws:states:{place.region}:{place.account_id}:stateMachine:"


def _is_same(machine: Machine, revision: Revision, kind: str) -> bool:
    old = machine.revision
    settings = (kind, revision.text, revision.logging, revision.tracing)
    return (machine.kind, old.text, old.logging, old.tracing) == settings
