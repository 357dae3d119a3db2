"""CloudWatch Logs: which messages a filter finds or sends on, and whether a function may be called with them.

moto 5.2.5 knows terms alone: every other pattern finds all messages. Its subscriptions send every message whatever
their pattern, ask no permission, and take a changed filter for a third.
"""

from typing import Any

from moto.awslambda.exceptions import LambdaClientError
from moto.logs import models
from moto.logs.exceptions import InvalidParameterException, LogsClientError
from moto.logs.models import LogGroup, LogsBackend, LogStream

from shoplib.localaws import request_context
from shoplib.localaws.arns import Arn, is_arn
from shoplib.localaws.functions.permissions import may_invoke
from shoplib.localaws.moto_patches import replace, replace_methods
from shoplib.localaws.notifications.logs import patterns

CALLER = "logs.amazonaws.com"
CROSS_ACCOUNT = (
    "Cross-account lambda invocation passing is not allowed. You must use DestinationPolicies to create cross account "
    "lambda triggers."
)
_original_put = LogsBackend.put_subscription_filter
_original_put_in_group = LogGroup.put_subscription_filter
_original_send = LogStream._send_log_events


def install() -> None:
    """Correct moto's filters. Idempotent."""
    replace(models, "EventMessageFilter", MessageFilter)
    replace_methods(LogsBackend, put_subscription_filter=_put)
    replace_methods(LogGroup, put_subscription_filter=_put_in_group)
    replace_methods(LogStream, _send_log_events=_send)


DESTINATIONS = ("lambda", "kinesis", "firehose", "logs")


class MessageFilter:
    """A filter pattern as moto asks it. Raises InvalidParameterException."""

    def __init__(self, pattern: str | None) -> None:
        try:
            self.matches = patterns.parse(pattern or "")
        except patterns.InvalidFilterPattern as error:
            raise InvalidParameterException(f"Invalid filter pattern: {error}") from error


def _put(
    self: LogsBackend, log_group_name: str, filter_name: str, filter_pattern: str, destination_arn: str, role_arn: str
) -> None:
    MessageFilter(filter_pattern)
    _require_destination(self, destination_arn, role_arn)
    source = f"arn:aws:logs:{self.region_name}:{self.account_id}:log-group:{log_group_name}:*"
    if ":lambda:" in destination_arn and log_group_name in self.groups and not _permitted(destination_arn, source):
        raise InvalidParameterException(
            "Could not execute the lambda function. Make sure you have given CloudWatch Logs permission to execute "
            "your function."
        )
    _original_put(self, log_group_name, filter_name, filter_pattern, destination_arn, role_arn)


def _require_destination(backend: LogsBackend, arn: str, role: str) -> None:
    """What AWS says of a destination before it looks for it, or for the group."""
    if not is_arn(arn):
        return
    destination = Arn.parse(arn)
    if destination.service == "lambda" and destination.account_id != backend.account_id:
        raise LogsClientError("AccessDeniedException", CROSS_ACCOUNT)
    if destination.service not in DESTINATIONS:
        raise InvalidParameterException(
            f"PutSubscriptionFilter operation cannot work with destinationArn for vendor {destination.service}"
        )
    if destination.service == "lambda" and role:
        raise InvalidParameterException("destinationArn for vendor lambda cannot be used with roleArn")
    if destination.service in ("kinesis", "firehose") and not role:
        raise InvalidParameterException(
            f"destinationArn for vendor {destination.service} cannot be used without roleArn"
        )


def _permitted(function_arn: str, source: str) -> bool:
    """For the service's name, or the one that it has in its region."""
    callers = (CALLER, f"logs.{Arn.parse(source).region}.amazonaws.com")
    try:
        return any(may_invoke(function_arn, each, source) for each in callers)
    except LambdaClientError:
        return False


def _put_in_group(self: LogGroup, filter_name: str, filter_pattern: str, destination_arn: str, role_arn: str) -> None:
    present = self.subscription_filters.get(filter_name)
    if present is not None:
        present.update(filter_pattern, destination_arn, role_arn)
    else:
        _original_put_in_group(self, filter_name, filter_pattern, destination_arn, role_arn)


def _send(self: LogStream, service: str, destination_arn: str, filter_name: str, log_events: list[Any]) -> None:
    pattern = MessageFilter(self.log_group.subscription_filters[filter_name].filter_pattern)
    matching = [event for event in log_events if pattern.matches(event["message"])]
    source = f"arn:aws:logs:{self.region}:{self.account_id}:log-group:{self.log_group.name}:*"
    if matching:
        with request_context.on_behalf_of(source):
            _original_send(self, service, destination_arn, filter_name, matching)
