"""Retries, maximum age and destinations of asynchronous invocations, per function, version or alias.

moto 5.2.5 keeps one list per function, ignores the qualifier, and answers the first configuration ever put.
"""

import json
import time
from typing import Any

from moto.awslambda.exceptions import (
    InvalidParameterValueException,
    UnknownEventConfig,
    UnknownFunctionException,
)
from moto.awslambda.models import EventInvokeConfig
from moto.awslambda.responses import LambdaResponse

from shoplib.localaws.arns import Arn, is_arn
from shoplib.localaws.functions import pages
from shoplib.localaws.functions.errors import ResourceNotFound
from shoplib.localaws.functions.moto_types import Function
from shoplib.localaws.functions.requested_function import latest_of, name_of
from shoplib.localaws.functions.targets import LATEST, FunctionName
from shoplib.localaws.moto_patches import replace_methods
from shoplib.localaws.permissions import Access, first_denied

MAXIMUM_RETRIES = 2
MAXIMUM_AGE_S = 6 * 3600
SETTINGS = ("MaximumRetryAttempts", "MaximumEventAgeInSeconds", "DestinationConfig")
# What a destination of each service needs of the function's role.
ACTIONS = {
    "sqs": "SendMessage",
    "sns": "Publish",
    "lambda": "InvokeFunction",
    "events": "PutEvents",
    "s3": "PutObject",
}


def install() -> None:
    """Replace moto's handlers of the event-invoke-config API. Idempotent."""
    replace_methods(
        LambdaResponse,
        put_function_event_invoke_config=_put,
        update_function_event_invoke_config=_update,
        get_function_event_invoke_config=_get,
        delete_function_event_invoke_config=_delete,
        list_function_event_invoke_configs=_list,
    )


def put(latest: Function, qualifier: str | None, config: dict[str, Any]) -> dict[str, Any]:
    """Set the configuration of one qualifier; returns the API's answer: what was set, not what holds without it."""
    settings = _settings(config)
    EventInvokeConfig("", "", settings)  # moto's own validation of ranges and ARNs
    settings["DestinationConfig"] = {"OnSuccess": {}, "OnFailure": {}} | settings.get("DestinationConfig", {})
    _check_services(settings["DestinationConfig"])
    for destination in settings["DestinationConfig"].values():
        _check_destination(latest, destination.get("Destination"))
    answer = {"FunctionArn": f"{latest.function_arn}:{qualifier or LATEST}", "LastModified": time.time()} | settings
    configs(latest)[qualifier or LATEST] = answer
    return answer


def _settings(config: dict[str, Any]) -> dict[str, Any]:
    settings = {name: config[name] for name in SETTINGS if config.get(name) is not None}
    if not settings:
        raise InvalidParameterValueException("You must specify at least one of error handling or destination setting.")
    return settings


def _check_services(config: dict[str, Any]) -> None:
    arns = {kind: destination.get("Destination") for kind, destination in config.items()}
    if any(arn and _service(arn) not in ACTIONS for arn in arns.values()):
        texts = {kind: f"{kind}(destination={arn})" if arn else "null" for kind, arn in arns.items()}
        text = f"DestinationConfig(onSuccess={texts['OnSuccess']}, onFailure={texts['OnFailure']})"
        raise InvalidParameterValueException(f"The provided destination config {text} is invalid.")


def _service(arn: str) -> str:
    return Arn.parse(arn).service if is_arn(arn) else ""


def _check_destination(latest: Function, arn: str | None) -> None:
    if not arn:
        return
    service = _service(arn)
    _require_permission(latest, service, arn)
    if service != "lambda":
        return
    name = FunctionName.parse(arn, "", "")
    own = Arn.parse(latest.function_arn)
    if (name.region, name.account_id, name.name) == (own.region, own.account_id, own.name):
        raise InvalidParameterValueException("You can't specify the function as a destination for itself.")
    try:
        name.backend.get_function(name.name)
    except UnknownFunctionException:
        raise InvalidParameterValueException(f"The destination ARN {arn} is invalid.") from None


def _require_permission(latest: Function, service: str, arn: str) -> None:
    access = Access(f"{service}:{ACTIONS[service]}", f"{arn}/*" if service == "s3" else arn)
    if first_denied(str(latest.role), latest.function_name, [access]):
        raise InvalidParameterValueException(
            f"The function's execution role does not have permissions to call {ACTIONS[service]} on {arn}"
        )


def configs(latest: Function) -> dict[str, dict[str, Any]]:
    """All configurations of a function, by qualifier."""
    if not hasattr(latest, "event_invoke_configs"):
        latest.event_invoke_configs = {}
    by_qualifier: dict[str, dict[str, Any]] = latest.event_invoke_configs
    return by_qualifier


def effective(latest: Function, qualifier: str | None) -> dict[str, Any]:
    """The configuration for an event sent to `qualifier`, or AWS's defaults."""
    defaults = {"MaximumRetryAttempts": MAXIMUM_RETRIES, "MaximumEventAgeInSeconds": MAXIMUM_AGE_S}
    return defaults | configs(latest).get(qualifier or LATEST, {})


def _function(request: LambdaResponse) -> tuple[Function, str]:
    """Its $LATEST and the qualifier. These operations have a sentence of their own for what does not exist."""
    name = name_of(request)
    try:
        request.backend.get_function(name.name, name.qualifier)
        return latest_of(request), name.qualifier or LATEST
    except UnknownFunctionException:
        raise ResourceNotFound("The function doesn't exist.") from None


def _existing(request: LambdaResponse) -> tuple[Function, str, dict[str, Any]]:
    """Of a function that is not there they say that it has no configuration."""
    name = name_of(request)
    qualifier = name.qualifier or LATEST
    try:
        latest = latest_of(request)
    except UnknownFunctionException as error:
        raise UnknownEventConfig(f"{error.message.removeprefix('Function not found: ')}:{qualifier}") from None
    config = configs(latest).get(qualifier)
    if config is None:
        raise UnknownEventConfig(f"{latest.function_arn}:{qualifier}")
    return latest, qualifier, config


def _put(self: LambdaResponse) -> str:
    _settings(self.json_body)
    latest, qualifier = _function(self)
    return json.dumps(put(latest, qualifier, self.json_body))


def _update(self: LambdaResponse) -> str:
    _function(self)
    latest, qualifier, config = _existing(self)
    return json.dumps(put(latest, qualifier, config | self.json_body))


def _get(self: LambdaResponse) -> str:
    return json.dumps(_existing(self)[2])


def _delete(self: LambdaResponse) -> tuple[int, dict[str, Any], str]:
    latest, qualifier, _ = _existing(self)
    del configs(latest)[qualifier]
    return 204, {"status": 204}, ""


def _list(self: LambdaResponse) -> str:
    there = list(configs(_function(self)[0]).values())
    return json.dumps(
        pages.page("FunctionEventInvokeConfigs", there, self.querystring, lambda each: [each["FunctionArn"]])
    )
