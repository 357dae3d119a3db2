"""Scheduler's universal targets: one call of an AWS API, `arn:aws:scheduler:::aws-sdk:sqs:sendMessage`."""

import json
import os
import re
from typing import Any

from botocore.config import Config
from botocore.exceptions import ClientError, ParamValidationError

from shoplib.localaws import own_keys
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
    found = ARN.fullmatch(arn)
    if not found:
        return f"{arn} is not of the form arn:aws:scheduler:::aws-sdk:service:apiAction"
    service, action = found.groups()
    if action.startswith(READING + READING_BATCHES):
        return f"{arn} reads only; a schedule's target must be an action that does something"
    if _operation(service, action) is None:
        return f"{arn} is no action of a service"
    if text and not _is_object(text):
        return "Input must be a JSON object with the parameters of the call"
    return None


def call(arn: str, text: str, account_id: str, region: str) -> None:
    """Make the call on behalf of the account. Raises Undeliverable where AWS would not try again."""
    found = ARN.fullmatch(arn)
    if not found:
        raise Undeliverable("InvalidTarget", f"{arn} is no universal target")
    service, action = found.groups()
    client = _client(service, account_id, region)
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
    session = own_keys.session("us-east-1")
    name = SERVICES.get(service, service)
    if name not in session.get_available_services():
        return None
    operations = session.client(name).meta.service_model.operation_names
    wanted = action[0].upper() + action[1:]
    return wanted if wanted in operations else None


def _client(service: str, account_id: str, region: str) -> Any:
    config = Config(retries={"total_max_attempts": 1}, proxies={}, account_id_endpoint_mode="disabled")
    made = own_keys.session(region).client(
        SERVICES.get(service, service), endpoint_url=os.environ["AWS_ENDPOINT_URL"], config=config
    )

    def on_behalf_of(request: Any, **_: Any) -> None:
        request.headers["x-moto-account-id"] = account_id

    made.meta.events.register("before-sign.*.*", on_behalf_of)
    return made


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False
