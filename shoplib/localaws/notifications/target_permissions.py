"""Whether a rule or schedule may give its target what it has for it: as its role, or by the target's own policy."""

from collections.abc import Mapping
from typing import Any

from shoplib.localaws.arns import Arn, is_arn
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
INVOKE_DESTINATION = "events:InvokeApiDestination"
BY_THEIR_POLICY = ("sqs", "sns")  # what a rule reaches without a role
NEEDING_A_ROLE = ("kinesis", "firehose", "states")


def require(source_arn: str, target_arn: str, parameters: Mapping[str, Any]) -> None:
    """Raises Undeliverable. A function without a role is asked for by its own policy, elsewhere."""
    kind, service = Arn.parse(target_arn).service, f"{Arn.parse(source_arn).service}.amazonaws.com"
    role = parameters.get("RoleArn")
    if kind == "execute-api" and role:  # which signs the request; the API decides what it may
        require_assumable(str(role), service, source_arn)
    if kind not in ACTIONS:
        return
    access = Access(INVOKE_DESTINATION if is_destination(target_arn) else ACTIONS[kind], target_arn)
    if role:
        _require_role(str(role), service, source_arn, access)
    elif kind in BY_THEIR_POLICY and service_denial(service, source_arn, access):
        raise _refusal(f"the policy of {target_arn} does not let {service} do {access.action} from {source_arn}")
    elif needs_role(target_arn) and not is_assumable("", service):
        raise _refusal(f"{target_arn} can be reached only as a role (RoleArn) that may do {access.action}")


def needs_role(target_arn: str) -> bool:
    return Arn.parse(target_arn).service in NEEDING_A_ROLE or is_destination(target_arn)


def is_destination(arn: str) -> bool:
    """Whether it is an API destination."""
    return is_arn(arn) and Arn.parse(arn).service == "events" and Arn.parse(arn).resource.startswith("api-destination/")


def require_assumable(role: str, service: str, source_arn: str) -> None:
    if not is_assumable(role, service, _assuming(source_arn)):
        raise _refusal(f"{role} is not there, or its trust policy does not let {service} assume it")


def _require_role(role: str, service: str, source_arn: str, access: Access) -> None:
    require_assumable(role, service, source_arn)
    if all(first_denied(role, source_arn.rpartition("/")[2], with_keys([each], {})) for each in _spellings(access)):
        raise _refusal(f"{role} may not do {access.action} on {access.resource}")


def _spellings(access: Access) -> list[Access]:
    """Policies name an API destination with its id (`Arn`) or without it (`ArnForPolicy`)."""
    short = access.resource.rpartition("/")[0]
    return [access, Access(access.action, short)] if access.action == INVOKE_DESTINATION else [access]


def _assuming(source_arn: str) -> str:
    """On whose behalf the role is assumed: of a schedule it is its group."""
    arn = Arn.parse(source_arn)
    if arn.service != "scheduler":
        return source_arn
    group = arn.resource.split("/")[1]
    return f"arn:{arn.partition}:scheduler:{arn.region}:{arn.account_id}:schedule-group/{group}"


def _refusal(reason: str) -> Undeliverable:
    return Undeliverable("NO_PERMISSIONS", reason)
