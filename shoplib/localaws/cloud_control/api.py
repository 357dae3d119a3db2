"""GetResource and ListResources for the types that can be read; others are refused by name."""

import json
from typing import Any

from moto.awslambda.exceptions import LambdaClientError
from moto.awslambda.models import lambda_backends

from shoplib.localaws.functions import url_configs
from shoplib.localaws.ingress.json_service import JsonService, Place
from shoplib.localaws.ingress.refusals import Refusal

Parameters = dict[str, Any]
Result = dict[str, Any]
FUNCTION_URL = "AWS::Lambda::Url"


def cloud_control() -> JsonService:
    return JsonService("cloudcontrolapi", {"GetResource": get_resource, "ListResources": list_resources})


def get_resource(place: Place, parameters: Parameters) -> Result:
    _require_readable(parameters["TypeName"])
    name, _, qualifier = parameters["Identifier"].partition("|")
    try:
        function = lambda_backends[place.account_id][place.region].get_function(name)
        config = url_configs.get(function, qualifier)
    except LambdaClientError:
        text = f"Resource of type '{FUNCTION_URL}' with identifier '{parameters['Identifier']}' was not found."
        raise Refusal("ResourceNotFoundException", text) from None
    return {"TypeName": FUNCTION_URL, "ResourceDescription": _description(config.to_dict())}


def list_resources(place: Place, parameters: Parameters) -> Result:
    _require_readable(parameters["TypeName"])
    functions = lambda_backends[place.account_id][place.region].list_functions(None)
    configs = [config.to_dict() for function in functions for config in url_configs.configs(function).values()]
    return {"TypeName": FUNCTION_URL, "ResourceDescriptions": [_description(each) for each in configs]}


def _require_readable(type_name: str) -> None:
    if type_name != FUNCTION_URL:
        text = f"The local AWS does not implement cloudcontrol for {type_name}; it reads {FUNCTION_URL}."
        raise Refusal("UnsupportedActionException", text)


def _description(config: Result) -> Result:
    properties = {
        "TargetFunctionArn": config["FunctionArn"],
        **{name: config[name] for name in ("FunctionArn", "FunctionUrl", "AuthType", "InvokeMode") if config.get(name)},
        **({"Cors": config["Cors"]} if config.get("Cors") else {}),
    }
    return {"Identifier": config["FunctionArn"], "Properties": json.dumps(properties)}
