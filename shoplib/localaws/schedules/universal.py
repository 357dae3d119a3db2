"""Scheduler's universal targets: one AWS API call, for example `arn:aws:scheduler:::aws-sdk:sqs:sendMessage`."""

import json
import re

from botocore.exceptions import ClientError, ParamValidationError

from shoplib.localaws import clients
from shoplib.localaws.notifications.deliveries import Undeliverable
from shoplib.localaws.sdk_operations import operation_of, service_of

ARN = re.compile(r"arn:aws[\w-]*:scheduler:::aws-sdk:([a-z0-9]+):([a-zA-Z0-9]+)")
SESSION = "scheduler"
READING = (
    "get",
    "describe",
    "list",
    "poll",
    "receive",
    "search",
    "scan",
    "query",
    "select",
    "read",
    "lookup",
    "filter",
)
READING_BATCHES = ("batchGet", "batchDescribe")


def is_universal(arn: str) -> bool:
    return ":scheduler:::aws-sdk:" in arn


def refusal(arn: str, text: str | None) -> str | None:
    """Why the API call cannot be a target; None if it can."""
    match = ARN.fullmatch(arn)
    if not match:
        return f"{arn} does not have the format arn:aws:scheduler:::aws-sdk:service:apiAction"
    service, action = match.groups()
    if action.startswith(READING + READING_BATCHES):
        return f"{arn} is read-only; a schedule's target must be an action that changes something"
    if operation_of(service, action) is None:
        return f"{arn} is not an API action of a service"
    if text and not _is_object(text):
        return "Input must be a JSON object with the parameters of the API call"
    return None


def call(arn: str, text: str, account_id: str, region: str, role_arn: str) -> None:
    """Make the API call with the schedule's role. Raises Undeliverable if AWS would not retry."""
    match = ARN.fullmatch(arn)
    if not match:
        raise Undeliverable("InvalidTarget", f"{arn} is not a universal target")
    service, action = match.groups()
    client = clients.client(service_of(service), account_id, region, role_arn, SESSION)
    try:
        client._make_api_call(operation_of(service, action), json.loads(text))
    except ClientError as error:
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)
        if status == 429 or status >= 500:
            raise
        raise Undeliverable(error.response["Error"].get("Code", "ClientError"), str(error)) from error
    except ParamValidationError as error:
        raise Undeliverable("ValidationException", str(error)) from error


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False
