"""Validates a schedule when it is created or updated, as EventBridge Scheduler does."""

import json
import re
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from moto.scheduler.exceptions import ScheduleGroupNotFound, ValidationException
from moto.scheduler.models import EventBridgeSchedulerBackend

from shoplib.localaws import notifications
from shoplib.localaws.arns import Arn
from shoplib.localaws.permissions import is_assumable
from shoplib.localaws.schedules import expressions, universal

OF_JSON = ("lambda", "states", "events")  # to all others Scheduler hands any text
PARAMETERS = {
    "EcsParameters": "ecs",
    "EventBridgeParameters": "events",
    "KinesisParameters": "kinesis",
    "SageMakerPipelineParameters": "sagemaker",
    "SqsParameters": "sqs",
}
NAME = re.compile(r"[0-9a-zA-Z-_.]{1,64}")


def check(parameters: Mapping[str, Any], backend: EventBridgeSchedulerBackend) -> None:
    """Raises ValidationException, or ResourceNotFoundException for the group. `given` uses moto's parameter names."""
    if not NAME.fullmatch(parameters["name"]):
        raise ValidationException(
            f"1 validation error detected: Value '{parameters['name']}' at 'name' failed to satisfy constraint: "
            "Member must satisfy regular expression pattern: ^[0-9a-zA-Z-_.]+$"
        )
    group = parameters.get("group_name") or "default"
    if group not in backend.schedule_groups:
        raise ScheduleGroupNotFound(group)
    _check_expression(parameters)
    _check_window(parameters.get("flexible_time_window") or {})
    _check_dates(parameters.get("start_date"), parameters.get("end_date"))
    _check_target(parameters.get("target") or {})
    role = str((parameters.get("target") or {}).get("RoleArn") or "")
    _check_role(role, f"arn:aws:scheduler:{backend.region_name}:{backend.account_id}:schedule-group/{group}")


def _check_expression(parameters: Mapping[str, Any]) -> None:
    name = parameters.get("schedule_expression_timezone") or "UTC"
    try:
        zone = ZoneInfo(name)
    except (OSError, ValueError, LookupError) as error:  # what zoneinfo raises, depending on the name
        raise ValidationException(f"Invalid Schedule Expression Timezone {name}.") from error
    expression = parameters.get("schedule_expression") or ""
    try:
        expressions.of_schedule(expression, zone)
    except expressions.InvalidExpression as error:
        raise ValidationException(f"Invalid Schedule Expression {expression}.") from error


def _check_window(window: Mapping[str, Any]) -> None:
    mode, minutes = window.get("Mode"), window.get("MaximumWindowInMinutes")
    if mode not in ("OFF", "FLEXIBLE"):
        raise ValidationException("FlexibleTimeWindow must have the Mode OFF or FLEXIBLE.")
    if mode == "FLEXIBLE" and not (minutes and 1 <= int(minutes) <= 1440):
        raise ValidationException("MaximumWindowInMinutes must be provided, from 1 to 1440, when Mode is FLEXIBLE.")
    if mode == "OFF" and minutes:
        raise ValidationException(
            "MaximumWindowInMinutes must not be provided when FlexibleTimeWindowMode is set to OFF."
        )


def _check_dates(start: Any, end: Any) -> None:
    if start and end and float(start) >= float(end):
        raise ValidationException("The StartDate you specify must come before the EndDate.")


def _check_target(target: Mapping[str, Any]) -> None:
    arn = str(target.get("Arn"))
    reason = (
        universal.refusal(arn, target.get("Input"))
        if universal.is_universal(arn)
        else notifications.refusal(arn, notifications.OF_SCHEDULES)
    )
    if reason:
        raise ValidationException(f"Provided Arn is not a supported target: {arn}. {reason}")
    _check_input(arn, target.get("Input"))
    _check_parameters(arn, target)
    for service, part, parameter in (
        (":kinesis:", "KinesisParameters", "PartitionKey"),
        (":event-bus/", "EventBridgeParameters", "DetailType"),
    ):
        if service in arn and not (target.get(part) or {}).get(parameter):
            raise ValidationException(f"{part} must be provided for a target of this kind: {arn}.")
    _check_retries(target.get("RetryPolicy") or {})
    dead_letters = (target.get("DeadLetterConfig") or {}).get("Arn")
    if dead_letters and (":sqs:" not in dead_letters or dead_letters.endswith(".fifo")):
        raise ValidationException(f"A dead-letter queue must be a standard SQS queue, not {dead_letters}.")


def _check_input(arn: str, text: str | None) -> None:
    if text is None and universal.is_universal(arn):
        raise ValidationException("You must provide an input to set this target for your schedule.")
    if Arn.parse(arn).service not in OF_JSON:
        return
    try:
        json.loads(text or "null")
    except (ValueError, RecursionError) as error:
        raise ValidationException("JSON syntax error in input for the target.") from error


def _check_parameters(arn: str, target: Mapping[str, Any]) -> None:
    """Those of a target of another service, and a group of messages for a queue of another kind."""
    service = Arn.parse(arn).service
    for name, own in PARAMETERS.items():
        if name in target and service != own:
            raise ValidationException(f"Parameters {name} not supported for the target.")
    group, fifo = (target.get("SqsParameters") or {}).get("MessageGroupId"), arn.endswith(".fifo")
    if service == "sqs" and fifo and not group:
        raise ValidationException("Parameters SqsParameters must be specified.")
    if service == "sqs" and group and not fifo:
        raise ValidationException("Parameters MessageGroupId not valid for the target.")


def _check_role(role: str, group_arn: str) -> None:
    """Scheduler assumes the role on behalf of the schedule's group."""
    if not is_assumable(role, "scheduler.amazonaws.com", group_arn):
        raise ValidationException(
            "The execution role you provide must allow AWS EventBridge Scheduler to assume the role."
        )


def _check_retries(policy: Mapping[str, Any]) -> None:
    for name, low, high in (("MaximumRetryAttempts", 0, 185), ("MaximumEventAgeInSeconds", 60, 86_400)):
        if name in policy and not low <= int(policy[name]) <= high:
            raise ValidationException(f"{name} must be from {low} to {high}.")
