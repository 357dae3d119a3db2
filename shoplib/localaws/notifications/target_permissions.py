"""Whether a rule or schedule may give its target what it has for it: as its role, or by the target's own policy."""

from collections.abc import Mapping
from typing import Any

from shoplib.localaws.arns import Arn
from shoplib.localaws.notifications.deliveries import Undeliverable
from shoplib.localaws.permissions import Access, first_denied, is_assumable, service_denial, with_keys

ACTIONS = {
    "lambda": "lambda:InvokeFunction",
    "sqs": "sqs:SendMessage",
    "sns": "sns:Publish",
    "kinesis": "kinesis:PutRecord",
    "firehose": "firehose:PutRecord",
    "events": "events:PutEvents",
    "states": "states:StartExecution",
}
BY_THEIR_POLICY = ("sqs", "sns")  # what a rule reaches without a role
NEEDING_A_ROLE = ("kinesis", "firehose", "states")


def require(source_arn: str, target_arn: str, parameters: Mapping[str, Any]) -> None:
    """Raises Undeliverable. A function without a role is asked for by its own policy, elsewhere."""
    kind, service = Arn.parse(target_arn).service, f"{Arn.parse(source_arn).service}.amazonaws.com"
    if kind not in ACTIONS:
        return
    access, role = Access(ACTIONS[kind], target_arn), parameters.get("RoleArn")
    if role:
        _require_role(str(role), service, source_arn, access)
    elif kind in BY_THEIR_POLICY and service_denial(service, source_arn, access):
        raise _refusal(f"the policy of {target_arn} does not let {service} do {access.action} from {source_arn}")
    elif kind in NEEDING_A_ROLE and not is_assumable("", service):
        raise _refusal(f"{target_arn} can be reached only as a role (RoleArn) that may do {access.action}")


def _require_role(role: str, service: str, source_arn: str, access: Access) -> None:
    if not is_assumable(role, service, _assuming(source_arn)):
        raise _refusal(f"{role} is not there, or its trust policy does not let {service} assume it")
    if first_denied(role, source_arn.rpartition("/")[2], with_keys([access], {})):
        raise _refusal(f"{role} may not do {access.action} on {access.resource}")


def _assuming(source_arn: str) -> str:
    """On whose behalf the role is assumed: of a schedule it is its group."""
    arn = Arn.parse(source_arn)
    if arn.service != "scheduler":
        return source_arn
    group = arn.resource.split("/")[1]
    return f"arn:{arn.partition}:scheduler:{arn.region}:{arn.account_id}:schedule-group/{group}"


def _refusal(reason: str) -> Undeliverable:
    return Undeliverable("NO_PERMISSIONS", reason)
