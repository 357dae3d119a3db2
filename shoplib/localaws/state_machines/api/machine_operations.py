"""CreateStateMachine and what else there is to do with machines."""

from dataclasses import replace
from typing import Any

from shoplib.localaws import engine_clock
from shoplib.localaws.arns import Arn, is_arn
from shoplib.localaws.ingress.json_service import Place
from shoplib.localaws.ingress.refusals import Refusal
from shoplib.localaws.permissions import is_assumable
from shoplib.localaws.state_machines.api.answers import Parameters, Result, given, page, require_name, tags_of
from shoplib.localaws.state_machines.definition import require_definition
from shoplib.localaws.state_machines.definition.check import faults_of_text
from shoplib.localaws.state_machines.integrations import refusal, unknown
from shoplib.localaws.state_machines.machines import Machine, Machines, Revision, new_revision_id, require_arn
from shoplib.localaws.state_machines.runner import Runner

OFF = {"level": "OFF", "includeExecutionData": False}
UNTRACED = {"enabled": False}
PRINCIPAL = "states.amazonaws.com"
AWS_OWNED = {"type": "AWS_OWNED_KEY"}
REVISED = ("definition", "roleArn", "loggingConfiguration", "tracingConfiguration", "encryptionConfiguration")


class MachineOperations:
    def __init__(self, machines: Machines, runner: Runner) -> None:
        self._machines, self._runner = machines, runner

    def create(self, place: Place, parameters: Parameters) -> Result:
        name, kind = require_name(parameters["name"]), parameters.get("type") or "STANDARD"
        revision = _revision(parameters, kind)
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
                "Either the definition, the role ARN, the LoggingConfiguration, the EncryptionConfiguration or the "
                "TracingConfiguration must be specified",
            )
        with machine.lock:
            machine.revision = _revised(machine, parameters)
            published = self._published(machine, parameters)
        return given({"updateDate": machine.revision.updated, "revisionId": machine.revision.id, **published})

    def describe(self, place: Place, parameters: Parameters) -> Result:
        target = self._machines.target(parameters["stateMachineArn"])
        return given(
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
        return given(
            {
                "stateMachineArn": origin.machine_arn,
                "name": origin.machine_name,
                **described(origin.revision),
                **updated,
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
    }


def _prefix(place: Place) -> str:
    return f"arn:aws:states:{place.region}:{place.account_id}:stateMachine:"


def _revision(parameters: Parameters, kind: str) -> Revision:
    return Revision(
        parameters["definition"],
        _definition(parameters["definition"], kind),
        require_role(parameters["roleArn"]),
        _logging(parameters.get("loggingConfiguration")),
        parameters.get("tracingConfiguration") or UNTRACED,
        _encryption(parameters.get("encryptionConfiguration")),
        engine_clock.now(),
    )


def _revised(machine: Machine, parameters: Parameters) -> Revision:
    old, changes = machine.revision, _changes(machine, parameters)
    unchanged = all(getattr(old, name) == value for name, value in changes.items())
    return old if unchanged else replace(old, **changes, updated=engine_clock.now(), id=new_revision_id())


def _changes(machine: Machine, parameters: Parameters) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    if (text := parameters.get("definition")) is not None:
        changes |= {"text": text, "definition": _definition(text, machine.kind)}
    if (role := parameters.get("roleArn")) is not None:
        changes["role_arn"] = require_role(role)
    if (logging := parameters.get("loggingConfiguration")) is not None:
        changes["logging"] = _logging(logging)
    if (tracing := parameters.get("tracingConfiguration")) is not None:
        changes["tracing"] = tracing
    if (encryption := parameters.get("encryptionConfiguration")) is not None:
        changes["encryption"] = _encryption(encryption)
    return changes


def _definition(text: str, kind: str) -> dict[str, Any]:
    """Raises InvalidDefinition, or NotImplemented for what the local AWS does not have."""
    definition = require_definition(text, kind)
    if missing := refusal(definition):
        raise Refusal("NotImplemented", f"The local AWS does not run {missing}; deploy to AWS for it.", 501)
    if wrong := unknown(definition):
        reason = ", ".join(map(str, wrong))
        raise Refusal("InvalidDefinition", f"Invalid State Machine Definition: '{reason}'")
    return definition


def require_role(arn: str) -> str:
    """Raises InvalidArn, or AccessDeniedException for a role that Step Functions may not assume."""
    if not is_arn(arn) or Arn.parse(arn).service != "iam":
        raise Refusal("InvalidArn", f"Invalid Role Arn: '{arn}'")
    if not is_assumable(arn, PRINCIPAL):
        said = f"Neither the global service principal {PRINCIPAL}, nor the regional one is authorized to assume"
        raise Refusal("AccessDeniedException", f"{said} the provided role.")
    return arn


def _logging(configuration: Parameters | None) -> Parameters:
    if not configuration:
        return OFF
    destinations, level = configuration.get("destinations") or [], configuration.get("level", "OFF")
    named = [(each.get("cloudWatchLogsLogGroup") or {}).get("logGroupArn") for each in destinations]
    if level != "OFF" and len(named) != 1:
        raise _invalid_logging("Must specify exactly one Log Destination.")
    if any(not arn or not arn.endswith(":*") or ":log-group:" not in arn for arn in named):
        raise _invalid_logging("Log Destination must be the ARN of a log group that ends in ':*'.")
    return {"level": level, "includeExecutionData": False, **configuration}


def _invalid_logging(reason: str) -> Refusal:
    return Refusal("InvalidLoggingConfiguration", f"Invalid Logging Configuration: '{reason}'")


def _encryption(configuration: Parameters | None) -> Parameters:
    """Nothing is encrypted on a laptop; a key of one's own would be a promise that is not kept."""
    if configuration and configuration.get("type") != AWS_OWNED["type"]:
        raise Refusal("NotImplemented", "The local AWS encrypts no state machine with a key of your own.", 501)
    return AWS_OWNED


def _is_same(machine: Machine, revision: Revision, kind: str) -> bool:
    old = machine.revision
    settings = (kind, revision.definition, revision.logging, revision.tracing)
    return (machine.kind, old.definition, old.logging, old.tracing) == settings
