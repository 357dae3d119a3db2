"""Scheduler's universal targets: one call of an AWS API, `arn:aws:scheduler:::aws-sdk:sqs:sendMessage`."""

import json
import re
from functools import cache

from botocore.exceptions import ClientError, ParamValidationError

from shoplib.localaws import clients, own_keys
from shoplib.localaws.notifications.deliveries import Undeliverable

ARN = re.compile(r"arn:aws[\w-]*:scheduler:::aws-sdk:([a-z0-9]+):([a-zA-Z0-9]+)")
# Where the ARN's name of a service is not boto3's.
SERVICES = {
    "eventbridge": "events",
    "sfn": "stepfunctions",
    "cloudwatchlogs": "logs",
    "cognitoidentityprovider": "cognito-idp",
}
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
    """Why the call cannot be a target; None when it can."""
    match = ARN.fullmatch(arn)
    if not match:
        return f"{arn} is not of the form arn:aws:scheduler:::aws-sdk:service:apiAction"
    service, action = match.groups()
    if action.startswith(READING + READING_BATCHES):
        return f"{arn} reads only; a schedule's target must be an action that does something"
    if _operation(service, action) is None:
        return f"{arn} is no action of a service"
    if text and not _is_object(text):
        return "Input must be a JSON object with the parameters of the call"
    return None


def call(arn: str, text: str, account_id: str, region: str) -> None:
    """Make the call on behalf of the account. Raises Undeliverable where AWS would not try again."""
    match = ARN.fullmatch(arn)
    if not match:
        raise Undeliverable("InvalidTarget", f"{arn} is no universal target")
    service, action = match.groups()
    client = clients.client(SERVICES.get(service, service), account_id, region)
    try:
        client._make_api_call(_operation(service, action), json.loads(text))
    except ClientError as error:
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)
        if status == 429 or status >= 500:
            raise
        raise Undeliverable(error.response["Error"].get("Code", "ClientError"), str(error)) from error
    except ParamValidationError as error:
        raise Undeliverable("ValidationException", str(error)) from error


def _operation(service: str, action: str) -> str | None:
    operation = action[0].upper() + action[1:]
    return operation if operation in _operations(SERVICES.get(service, service)) else None


@cache
def _operations(name: str) -> frozenset[str]:
    """What a service can do; nothing, when there is no such service. Reading a service's model takes 50 ms."""
    session = own_keys.session("us-east-1")
    if name not in session.get_available_services():
        return frozenset()
    return frozenset(session.client(name).meta.service_model.operation_names)


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False
