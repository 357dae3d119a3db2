"""Retries, maximum age and destinations of asynchronous invocations, per function, version or alias.

moto 5.2.5 keeps one list per function, ignores the qualifier, and answers the first configuration ever put.
"""

import json
import time
from typing import Any
from urllib.parse import unquote

from moto.awslambda.exceptions import UnknownEventConfig
from moto.awslambda.models import EventInvokeConfig
from moto.awslambda.responses import LambdaResponse

from shoplib.localaws.functions.moto_types import Function
from shoplib.localaws.functions.targets import LATEST
from shoplib.localaws.moto_patches import replace_methods

MAXIMUM_RETRIES = 2
MAXIMUM_AGE_S = 6 * 3600


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
    """Set the configuration of one qualifier; returns the API's answer."""
    settings = {name: value for name, value in config.items() if value is not None}
    EventInvokeConfig("", "", settings)  # moto's own validation of ranges and ARNs
    arn = f"{latest.function_arn}:{qualifier or LATEST}"
    answer = {"FunctionArn": arn, "LastModified": time.time()} | _defaults() | settings
    configs(latest)[qualifier or LATEST] = answer
    return answer


def configs(latest: Function) -> dict[str, dict[str, Any]]:
    """All configurations of a function, by qualifier."""
    if not hasattr(latest, "event_invoke_configs"):
        latest.event_invoke_configs = {}
    by_qualifier: dict[str, dict[str, Any]] = latest.event_invoke_configs
    return by_qualifier


def effective(latest: Function, qualifier: str | None) -> dict[str, Any]:
    """The configuration for an event sent to `qualifier`, or AWS's defaults."""
    return configs(latest).get(qualifier or LATEST, _defaults())


def _defaults() -> dict[str, Any]:
    return {"MaximumRetryAttempts": MAXIMUM_RETRIES, "MaximumEventAgeInSeconds": MAXIMUM_AGE_S}


def _function(request: LambdaResponse) -> tuple[Function, str]:
    name = unquote(request.path.split("/functions/")[1].split("/")[0])
    qualifier = request._get_param("Qualifier") or LATEST
    request.backend.get_function(name, None if qualifier == LATEST else qualifier)
    return request.backend.get_function(name), qualifier


def _existing(request: LambdaResponse) -> tuple[Function, str, dict[str, Any]]:
    latest, qualifier = _function(request)
    config = configs(latest).get(qualifier)
    if config is None:
        raise UnknownEventConfig(f"{latest.function_arn}:{qualifier}")
    return latest, qualifier, config


def _put(self: LambdaResponse) -> str:
    latest, qualifier = _function(self)
    return json.dumps(put(latest, qualifier, self.json_body))


def _update(self: LambdaResponse) -> str:
    latest, qualifier, config = _existing(self)
    return json.dumps(put(latest, qualifier, config | self.json_body))


def _get(self: LambdaResponse) -> str:
    return json.dumps(_existing(self)[2])


def _delete(self: LambdaResponse) -> tuple[int, dict[str, Any], str]:
    latest, qualifier, _ = _existing(self)
    del configs(latest)[qualifier]
    return 204, {"status": 204}, ""


def _list(self: LambdaResponse) -> str:
    latest, _ = _function(self)
    return json.dumps({"FunctionEventInvokeConfigs": list(configs(latest).values())})
