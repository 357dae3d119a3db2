"""The door of the Lambda API: what is wrong with a call is said before anything looks at its function.

moto 5.2.5 serves a function of this region and account whatever the ARN says, has no path for `$LATEST`, and reads
parameters of the path and the query without a look at the service's model.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import unquote

import moto.awslambda.urls
from moto.awslambda.exceptions import LambdaClientError
from moto.awslambda.responses import LambdaResponse
from moto.core.utils import camelcase_to_underscores, get_service_model

from shoplib.localaws.functions import constraints
from shoplib.localaws.functions.errors import CrossAccountFunction
from shoplib.localaws.functions.targets import FunctionName, require_region
from shoplib.localaws.json_text import object_in
from shoplib.localaws.moto_patches import Method, wrap

NARROW, ANY = r"[\w_:%-]+", "[^/]+"  # how moto writes a function's name in a path; as it may be
INVOCATIONS = ("Invoke", "InvokeAsync")  # have a door of their own
INTEGERS = ("integer", "long")


def install() -> None:
    """Idempotent."""
    paths = moto.awslambda.urls.url_paths
    paths |= {path.replace(NARROW, ANY): handler for path, handler in list(paths.items())}
    wrap(LambdaResponse, "call_action", _checked)


def check(operation: str, parameters: dict[str, Any], region: str, account_id: str) -> FunctionName | None:
    """The function that the call names. Raises AWS's refusals of values, of another region and of two qualifiers."""
    constraints.check(operation, parameters, is_whole=True)
    function = parameters.get("FunctionName")
    if not isinstance(function, str):
        return None
    require_region(function, region)
    name = FunctionName.parse(function, region, account_id, parameters.get("Qualifier"))
    if operation == "CreateFunction" and name.account_id != account_id:
        raise CrossAccountFunction
    return name


def _checked(original: Method) -> Method:
    def call_action(request: Any) -> Any:
        try:
            _check(request)
        except LambdaClientError as refusal:
            return _refused(request, refusal)
        return original(request)

    return call_action


def _check(request: Any) -> None:
    operation, path = request._get_action(), getattr(request, "uri_match", {})
    if operation is None and request.method == "DELETE" and "/tags/" in request.path:
        # which moto does not recognise without a key
        operation, path = "UntagResource", {"Resource": request.path.split("/tags/")[1]}
    if operation is None or operation in INVOCATIONS or not hasattr(request, camelcase_to_underscores(operation)):
        return  # the last is none of ours
    stated = parameters(operation, path, request.querystring, object_in(request.body))
    name = check(operation, stated, request.region, request.current_account)
    if name is not None and operation not in ("ListEventSourceMappings", "CreateEventSourceMapping"):
        request.current_account = name.account_id


def _refused(request: Any, refusal: LambdaClientError) -> Any:
    headers = dict(refusal.get_headers()) | {"status": int(refusal.code or 400)}
    status, headers, body = request._transform_response(request.response_headers, (refusal.description, headers))
    return status, *request._enrich_response(headers, body)


def parameters(
    operation: str, path: Mapping[str, str], query: Mapping[str, list[str]], body: dict[str, Any]
) -> dict[str, Any]:
    """By the names of the model, wherever in the request they stand."""
    stated = dict(body)
    for name, (place, key, kind) in _places(operation).items():
        raw = path.get(key) if place == "uri" else query.get(key)
        if raw:
            stated[name] = _value(raw, kind)
    return stated


@cache
def _places(operation: str) -> dict[str, tuple[str, str, str]]:
    shape = get_service_model("lambda").operation_model(operation).input_shape
    members = shape.members if shape is not None else {}
    return {
        name: (where, member.serialization.get("name", name), member.type_name)
        for name, member in members.items()
        if (where := member.serialization.get("location")) in ("uri", "querystring")
    }


def _value(raw: Any, kind: str) -> Any:
    if kind == "list":
        return raw
    text = unquote(raw) if isinstance(raw, str) else raw[0]
    return int(text) if kind in INTEGERS and text.removeprefix("-").isdigit() else text
