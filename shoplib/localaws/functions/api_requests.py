"""The door of the Lambda API: what is wrong with a call is said before anything looks at its function.

moto 5.2.5 serves a function of this region and account whatever the ARN says, and has no path for `$LATEST`.
"""

from typing import Any

import moto.awslambda.urls
from moto.awslambda.exceptions import LambdaClientError
from moto.awslambda.responses import LambdaResponse
from moto.core.utils import camelcase_to_underscores

from shoplib.localaws.functions import constraints
from shoplib.localaws.functions.errors import CrossAccountFunction
from shoplib.localaws.functions.targets import FunctionName, require_region
from shoplib.localaws.json_text import object_in
from shoplib.localaws.moto_patches import Method, wrap
from shoplib.localaws.rest_parameters import parameters

NARROW, ANY = r"[\w_:%-]+", "[^/]+"  # how moto writes a function's name in a path; as it may be
INVOCATIONS = ("Invoke", "InvokeAsync")  # have a door of their own


def install() -> None:
    """Idempotent."""
    paths = moto.awslambda.urls.url_paths
    paths |= {path.replace(NARROW, ANY): handler for path, handler in list(paths.items())}
    wrap(LambdaResponse, "call_action", _checked)


def check(operation: str, parameters: dict[str, Any], region: str, account_id: str) -> FunctionName | None:
    """The function that the call names. Raises AWS's refusals of values, of another region and of two qualifiers."""
    constraints.check(operation, parameters)
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
    stated = parameters("lambda", operation, path, request.querystring, object_in(request.body))
    name = check(operation, stated, request.region, request.current_account)
    if name is not None and operation not in ("ListEventSourceMappings", "CreateEventSourceMapping"):
        request.current_account = name.account_id


def _refused(request: Any, refusal: LambdaClientError) -> Any:
    headers = dict(refusal.get_headers()) | {"status": int(refusal.code or 400)}
    status, headers, body = request._transform_response(request.response_headers, (refusal.description, headers))
    return status, *request._enrich_response(headers, body)
