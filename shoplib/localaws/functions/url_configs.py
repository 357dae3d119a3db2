"""Function URLs of functions and of their aliases, each at an address of its own.

moto 5.2.5 has one URL per function, whatever Qualifier says, answers 201 to GetFunctionUrlConfig, makes up an
address that leads nowhere, and cannot list.
"""

import json
import os
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from moto.awslambda.exceptions import UnknownFunctionException
from moto.awslambda.models import FunctionUrlConfig, LambdaFunction
from moto.awslambda.responses import LambdaResponse

from shoplib.localaws.functions.errors import ResourceConflict, ResourceNotFound
from shoplib.localaws.functions.moto_types import Function
from shoplib.localaws.functions.requested_function import latest_of, name_of
from shoplib.localaws.moto_patches import replace_methods

Configs = dict[str, Any]
NONE = ""  # the qualifier of the function itself
_original_init = FunctionUrlConfig.__init__


WITHOUT_FUNCTION = "Function does not exist"


def install() -> None:
    """Put URLs per qualifier in the place of moto's one. Idempotent."""
    replace_methods(
        LambdaResponse,
        create_function_url_config=_create,
        get_function_url_config=_get,
        update_function_url_config=_update,
        delete_function_url_config=_delete,
    )
    replace_methods(FunctionUrlConfig, __init__=_init, to_dict=_described)


def configs(function: Function) -> Configs:
    """A function's URLs by qualifier; they live and die with it."""
    by_qualifier: Configs = function.__dict__.setdefault("url_configs", {})
    return by_qualifier


def create(function: Function, config: dict[str, Any], qualifier: str = NONE) -> Any:
    if qualifier in configs(function):
        raise ResourceConflict(
            f"Failed to create function url config for [functionArn = {function.function_arn}]. "
            "Error message:  FunctionUrlConfig exists for this Lambda function"
        )
    if qualifier:
        _require_alias(function, qualifier)
    new = configs(function)[qualifier] = FunctionUrlConfig(function, dict(config) | {"Qualifier": qualifier})
    return new


def get(function: Function, qualifier: str = NONE) -> Any:
    if qualifier not in configs(function):
        raise ResourceNotFound
    return configs(function)[qualifier]


def delete(function: Function, qualifier: str = NONE) -> None:
    get(function, qualifier)
    del configs(function)[qualifier]


def _require_alias(function: Function, qualifier: str) -> None:
    from moto.awslambda.models import lambda_backends

    aliases = lambda_backends[function.account_id][function.region].list_aliases(function.function_name)
    if qualifier not in {alias.name for alias in aliases}:
        raise ResourceNotFound(WITHOUT_FUNCTION)


def _init(self: Any, function: Function, config: dict[str, Any]) -> None:
    """On AWS the address is `https://{id}.lambda-url.{region}.on.aws/`; here it must lead to this machine."""
    _original_init(self, function, config)
    self.id = uuid.uuid4().hex
    self.url = f"{os.environ['AWS_ENDPOINT_URL']}/_aws/lambda-url/{self.id}/"


def _described(self: Any) -> dict[str, Any]:
    qualifier = self.config.get("Qualifier")
    arn = self.function.function_arn
    return {
        "FunctionUrl": self.url,
        "FunctionArn": f"{arn}:{qualifier}" if qualifier else arn,
        "AuthType": self.config.get("AuthType"),
        **({"Cors": self.config["Cors"]} if self.config.get("Cors") else {}),
        "CreationTime": self.created,
        "LastModifiedTime": self.last_modified,
        "InvokeMode": self.config.get("InvokeMode") or "BUFFERED",
    }


def _function(request: LambdaResponse, *words: str) -> tuple[Any, str]:
    """Its $LATEST, and the alias or NONE; without one ResourceNotFound in the words that this operation has for it."""
    try:
        return latest_of(request), name_of(request).qualifier or NONE
    except UnknownFunctionException:
        raise ResourceNotFound(*words) from None


def _create(request: LambdaResponse) -> Any:
    function, qualifier = _function(request, WITHOUT_FUNCTION)
    answer = create(function, request.json_body, qualifier).to_dict()
    del answer["LastModifiedTime"]
    return 201, {"status": 201}, json.dumps(_stated(answer, configs(function)[qualifier]))


def _get(request: LambdaResponse) -> Any:
    return json.dumps(get(*_function(request)).to_dict())


def _update(request: LambdaResponse) -> Any:
    function, qualifier = _function(request, WITHOUT_FUNCTION)
    if qualifier:
        _require_alias(function, qualifier)
    config = get(function, qualifier)
    config.last_modified = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")
    config.config |= {name: value for name, value in request.json_body.items() if value is not None}
    return json.dumps(_stated(config.to_dict(), config))


def _stated(answer: dict[str, Any], config: Any) -> dict[str, Any]:
    """What changes a URL is answered without the InvokeMode that nobody has stated."""
    return (
        answer if config.config.get("InvokeMode") else {name: answer[name] for name in answer if name != "InvokeMode"}
    )


def _delete(request: LambdaResponse) -> Any:
    delete(*_function(request))
    return 204, {"status": 204}, ""


def find(url_id: str, functions: Iterable[LambdaFunction]) -> tuple[Any, Any] | None:
    """The function (its $LATEST) and configuration behind an address' id."""
    for function in functions:
        for config in list(configs(function).values()):
            if config.id == url_id:
                return function, config
    return None
