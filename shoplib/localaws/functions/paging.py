"""ListFunctions and ListVersionsByFunction page by page, and without what AWS answers of one function alone."""

import json
from typing import Any

from moto.awslambda.responses import LambdaResponse

from shoplib.localaws.functions import pages
from shoplib.localaws.functions.requested_function import latest_of
from shoplib.localaws.moto_patches import replace_methods

OF_ONE_FUNCTION = ("State", "LastUpdateStatus", "RuntimeVersionConfig")


def install() -> None:
    """Idempotent."""
    replace_methods(LambdaResponse, list_functions=_list_functions, list_versions_by_function=_list_versions)


def _list_functions(request: LambdaResponse) -> str:
    version = request.querystring.get("FunctionVersion", [None])[0]
    return _answer(request, "Functions", request.backend.list_functions(version))


def _list_versions(request: LambdaResponse) -> str:
    name = latest_of(request).function_name
    return _answer(request, "Versions", request.backend.list_versions_by_function(name))


def _answer(request: LambdaResponse, member: str, functions: Any) -> str:
    items = [_listed(function.get_configuration()) for function in functions]
    return json.dumps(pages.page(member, items, request.querystring, _place))


def _listed(configuration: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in configuration.items() if name not in OF_ONE_FUNCTION}


def _place(item: dict[str, Any]) -> pages.Place:
    """By name, $LATEST before the versions."""
    version = item["Version"]
    return [item["FunctionName"], 0 if version == "$LATEST" else int(version)]
