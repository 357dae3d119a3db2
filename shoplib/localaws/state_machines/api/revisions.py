"""What of a state machine an update replaces: definition, role and settings, each as AWS takes it."""

from dataclasses import replace
from typing import Any

from shoplib.localaws import engine_clock
from shoplib.localaws.arns import Arn, is_arn
from shoplib.localaws.ingress.refusals import Refusal
from shoplib.localaws.permissions import Access, first_denied, is_assumable
from shoplib.localaws.state_machines.api.answers import Parameters
from shoplib.localaws.state_machines.definition import require_definition
from shoplib.localaws.state_machines.integrations import refusal, unknown
from shoplib.localaws.state_machines.machines import Machine, Revision, new_revision_id
from shoplib.localaws.state_machines.monitoring.logs import is_group

OFF = {"level": "OFF", "includeExecutionData": False}
UNTRACED = {"enabled": False}
PRINCIPAL = "states.amazonaws.com"
AWS_OWNED = {"type": "AWS_OWNED_KEY"}
SESSION = "StepFunctions"
DELIVERY = "logs:CreateLogDelivery"


def new_revision(parameters: Parameters, kind: str, region: str) -> Revision:
    role = require_role(parameters["roleArn"], region)
    return Revision(
        parameters["definition"],
        _definition(parameters["definition"], kind),
        role,
        _logging(parameters.get("loggingConfiguration"), role),
        parameters.get("tracingConfiguration") or UNTRACED,
        _encryption(parameters.get("encryptionConfiguration")),
        engine_clock.now(),
    )


def revised(machine: Machine, parameters: Parameters) -> Revision:
    old, changes = machine.revision, _changes(machine, parameters)
    unchanged = all(getattr(old, name) == value for name, value in changes.items())
    return old if unchanged else replace(old, **changes, updated=engine_clock.now(), id=new_revision_id())


def _changes(machine: Machine, parameters: Parameters) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    if (text := parameters.get("definition")) is not None:
        changes |= {"text": text, "definition": _definition(text, machine.kind)}
    if (role := parameters.get("roleArn")) is not None:
        changes["role_arn"] = require_role(role, Arn.parse(machine.arn).region)
    if (logging := parameters.get("loggingConfiguration")) is not None:
        changes["logging"] = _logging(logging, changes.get("role_arn", machine.revision.role_arn))
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


def require_role(arn: str, region: str) -> str:
    """Raises InvalidArn, or AccessDeniedException for a role that Step Functions may not assume."""
    if not is_arn(arn) or Arn.parse(arn).service != "iam":
        raise Refusal("InvalidArn", f"Invalid Role Arn: '{arn}'")
    if not any(is_assumable(arn, each) for each in (PRINCIPAL, f"states.{region}.amazonaws.com")):
        refusal_text = f"Neither the global service principal {PRINCIPAL}, nor the regional one is authorized to assume"
        raise Refusal("AccessDeniedException", f"{refusal_text} the provided role.")
    return arn


def _logging(configuration: Parameters | None, role: str) -> Parameters:
    if not configuration:
        return OFF
    destinations, level = configuration.get("destinations") or [], configuration.get("level", "OFF")
    group_arns = [(each.get("cloudWatchLogsLogGroup") or {}).get("logGroupArn") for each in destinations]
    if level != "OFF" and len(group_arns) != 1:
        raise _invalid_logging("Must specify exactly one Log Destination.")
    if any(not arn or not arn.endswith(":*") or ":log-group:" not in arn for arn in group_arns):
        raise _invalid_logging("Log Destination must be the ARN of a log group that ends in ':*'.")
    if not all(is_group(arn) for arn in group_arns if arn):
        raise _invalid_logging("Log Destination not found.")
    if level != "OFF" and first_denied(role, SESSION, [Access(DELIVERY, "*")]):
        raise Refusal(
            "AccessDeniedException", "The state machine IAM Role is not authorized to access the Log Destination"
        )
    return {"level": level, "includeExecutionData": False, **configuration}


def _invalid_logging(reason: str) -> Refusal:
    return Refusal("InvalidLoggingConfiguration", f"Invalid Logging Configuration: {reason}")


def _encryption(configuration: Parameters | None) -> Parameters:
    """Nothing is encrypted on a laptop; a key of one's own would be a promise that is not kept."""
    if configuration and configuration.get("type") != AWS_OWNED["type"]:
        raise Refusal("NotImplemented", "The local AWS encrypts no state machine with a key of your own.", 501)
    return AWS_OWNED
