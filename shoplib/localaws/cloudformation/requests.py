"""What a request to CloudFormation names and asks for, refused in AWS's words where it cannot be."""

import re
from typing import Any

from moto.core.responses import ActionResult

from shoplib.localaws.cloudformation import change_sets, registry, template_urls
from shoplib.localaws.cloudformation.errors import ValidationError
from shoplib.localaws.cloudformation.permitted import Permitted as Permitted
from shoplib.localaws.cloudformation.stack import Options, Stack
from shoplib.localaws.permissions.roles import is_assumable

PAGE = 100
LONGEST_BODY = 51_200
NO_STACK = "Stack [{}] does not exist"
NAME = re.compile(r"[a-zA-Z][-a-zA-Z0-9]*|arn:[-a-zA-Z0-9:/._+]*")
ALARM = re.compile(r"arn:aws[\w-]*:cloudwatch:[^:]*:[^:]*:alarm:.+")
ALARM_TYPES = ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")
BROKEN = "1 validation error detected: Value '{}' at '{}' failed to satisfy constraint: Member must {}"


def stack(request: Any, otherwise: str = "Stack with id {} does not exist") -> Stack:
    return registry.existing(request.current_account, request.region, request._get_param("StackName"), otherwise)


def new_name(request: Any) -> str:
    """Of a stack that is created or changed."""
    name = request._get_param("StackName")
    if name is None:
        raise ValidationError(registry.NAMELESS)
    if not NAME.fullmatch(name):
        raise ValidationError(BROKEN.format(name, "stackName", f"satisfy regular expression pattern: {NAME.pattern}"))
    if len(name) > 128 and not name.startswith("arn:"):
        raise ValidationError(BROKEN.format(name, "stackName", "have length less than or equal to 128"))
    return str(name)


def change_set(request: Any) -> change_sets.ChangeSet:
    name, of_stack = request._get_param("ChangeSetName"), request._get_param("StackName")
    return change_sets.existing(request.current_account, request.region, name, of_stack)


def change_set_if_any(request: Any) -> change_sets.ChangeSet | None:
    """None for one that is not in a stack that is."""
    try:
        return change_set(request)
    except change_sets.ChangeSetNotFound:
        return None


def change_set_kind(request: Any) -> str:
    kind = request._get_param("ChangeSetType") or "UPDATE"
    if kind not in ("CREATE", "UPDATE", "IMPORT"):
        known = "satisfy enum value set: [IMPORT, UPDATE, CREATE]"
        raise ValidationError(BROKEN.format(kind, "changeSetType", known))
    return str(kind)


def template(request: Any, previous: Stack | None = None) -> str:
    body, url = request._get_param("TemplateBody"), request._get_param("TemplateURL")
    if previous and request._get_bool_param("UsePreviousTemplate", False):
        return previous.template_text
    if body and len(body.encode()) > LONGEST_BODY:
        raise ValidationError(BROKEN.format(body, "templateBody", f"have length less than or equal to {LONGEST_BODY}"))
    if url:
        body = template_urls.of_request(url, request.current_account, request.region)
    if not body:
        raise ValidationError("Either Template URL or Template Body must be specified.")
    return str(body)


def options(request: Any, previous: Stack | None = None) -> Options:
    tags = {item["Key"]: item["Value"] for item in request._get_param("Tags", [])}
    earlier = previous.options if previous else Options()
    _require_assumable(request._get_param("RoleARN"))
    on_failure = request._get_param("OnFailure") or "ROLLBACK"
    if request._get_bool_param("DisableRollback", False):
        on_failure = "DO_NOTHING"
    return Options(
        tags=tags or earlier.tags,
        notification_arns=request._get_param("NotificationARNs") or earlier.notification_arns,
        role_arn=request._get_param("RoleARN") or earlier.role_arn,
        on_failure=on_failure,
        termination_protection=request._get_bool_param("EnableTerminationProtection", earlier.termination_protection),
        timeout_minutes=request._get_param("TimeoutInMinutes"),
        capabilities=request._get_param("Capabilities") or [],
        rollback=_rollback(request) or earlier.rollback,
    )


def _require_assumable(role_arn: str | None) -> None:
    if role_arn and not is_assumable(role_arn, "cloudformation.amazonaws.com"):
        raise ValidationError(f"Role {role_arn} is invalid or cannot be assumed")


def _rollback(request: Any) -> dict[str, Any]:
    """Triggers are kept and told; no alarm rolls a stack back here."""
    rollback: dict[str, Any] = request._get_param("RollbackConfiguration") or {}
    for trigger in rollback.get("RollbackTriggers") or []:
        if trigger.get("Type") not in ALARM_TYPES:
            raise ValidationError("Rollback Trigger Type not supported")
        if not ALARM.fullmatch(str(trigger.get("Arn"))):
            raise ValidationError("RelativeId of a Rollback Trigger's ARN is incorrect")
    return rollback


def page(request: Any, key: str, entries: list[Any]) -> ActionResult:
    token = request._get_param("NextToken") or "0"
    if not token.isdecimal():
        raise ValidationError("The NextToken is not one of this operation's.")
    start = int(token)
    rest = len(entries) > start + PAGE
    return ActionResult({key: entries[start : start + PAGE], "NextToken": str(start + PAGE) if rest else None})
