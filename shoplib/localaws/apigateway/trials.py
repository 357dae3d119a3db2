"""TestInvokeMethod and TestInvokeAuthorizer: a method or an authorizer as it is now, deployed or not, and its log.

As on AWS a method is tried without authorization, keys, limits and cache, on a stage by the name `test-invoke-stage`.
"""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from shoplib.localaws.apigateway.authorizers import rest_lambda
from shoplib.localaws.apigateway.authorizers.cognito import authorize_user_pool
from shoplib.localaws.apigateway.directory import Location
from shoplib.localaws.apigateway.errors import RESPONSE_TYPES, GatewayError
from shoplib.localaws.apigateway.exchange import Exchange
from shoplib.localaws.apigateway.lambda_functions import LambdaCaller
from shoplib.localaws.apigateway.messages import Headers, Request, Response
from shoplib.localaws.apigateway.monitoring.execution_log import trial_lines
from shoplib.localaws.apigateway.rest.data_plane import RestDataPlane, route
from shoplib.localaws.apigateway.snapshots.rest import Authorizer, Method, RestSnapshot, compile_rest_api
from shoplib.localaws.ingress.refusals import Refusal

STAGE = "test-invoke-stage"
KEY, ACCESS_KEY = "test-invoke-api-key", "test-invoke-access-key"
Wish = dict[str, Any]
NO_METHOD = Method("GET", "COGNITO_USER_POOLS", None, [], False, {}, {}, None, None, {})


def try_method(plane: RestDataPlane, location: Location, resource_id: str, http_method: str, wish: Wish) -> Wish:
    snapshot = compile_rest_api(location[2], "")
    resource = location[2].resources.get(resource_id)
    if resource is None:
        raise Refusal("NotFoundException", "Invalid Resource identifier specified", 404)
    exchange = _exchange(location, wish, http_method, wish.get("pathWithQueryString") or resource.get_path())
    exchange.identity.update(apiKey=KEY, apiKeyId=KEY, accessKey=ACCESS_KEY)
    method = _method(exchange, snapshot, resource)
    response = plane.try_out(exchange, method, snapshot)
    return {**_described(response), "latency": exchange.latency_milliseconds, "log": _log(exchange, response)}


def _method(exchange: Exchange, snapshot: RestSnapshot, tried: Any) -> Method:
    """The resource's own, wherever the path leads; a path that leads elsewhere has no parameters."""
    resource = snapshot.router.at(tried.get_path())
    method = resource.method(exchange.request.method) if resource is not None else None
    if method is None:
        raise Refusal("NotFoundException", "Invalid Method identifier specified", 404)
    try:
        route(exchange, snapshot)
    except GatewayError:
        exchange.path_parameters = {}
    if exchange.resource_id != tried.id:
        exchange.path_parameters = {}
    exchange.resource_id, exchange.resource_path, exchange.method = tried.id, tried.get_path(), method.http_method
    return method


def try_authorizer(caller: LambdaCaller, location: Location, authorizer_id: str, wish: Wish) -> Wish:
    authorizers = compile_rest_api(location[2], "").authorizers
    authorizer = next((each for each in authorizers if each.id == authorizer_id), None)
    if authorizer is None:
        raise Refusal("NotFoundException", f"Invalid Authorizer identifier specified {authorizer_id}", 404)
    exchange = _exchange(location, wish, "GET", wish.get("pathWithQueryString") or "/")
    started = time.perf_counter()
    decide = _claims if authorizer.type == "COGNITO_USER_POOLS" else _policy
    answer = _answer(lambda: decide(exchange, authorizer, caller))
    milliseconds = int((time.perf_counter() - started) * 1000)
    lines = f"Starting authorizer: {authorizer.id}\nClient status: {answer['clientStatus']}"
    return {**answer, "latency": milliseconds, "log": _dated(exchange, lines.splitlines())}


def _answer(decide: Callable[[], Wish]) -> Wish:
    """`clientStatus` is 0 when the authorizer has answered, whatever it has."""
    try:
        return {"clientStatus": 0, **decide()}
    except GatewayError as error:
        return {"clientStatus": error.status or RESPONSE_TYPES[error.type][0]}


def _policy(exchange: Exchange, authorizer: Authorizer, caller: LambdaCaller) -> Wish:
    answer = rest_lambda.ask(exchange, authorizer, caller)
    context = {name: [str(value)] for name, value in (answer.get("context") or {}).items()}
    policy = json.dumps(answer.get("policyDocument"))
    return {"principalId": str(answer["principalId"]), "policy": policy, "authorization": context}


def _claims(exchange: Exchange, authorizer: Authorizer, _: LambdaCaller) -> Wish:
    authorize_user_pool(exchange, NO_METHOD, authorizer)
    return {"claims": {name: str(value) for name, value in (exchange.authorizer or {}).get("claims", {}).items()}}


def _exchange(location: Location, wish: Wish, http_method: str, target: str) -> Exchange:
    account_id, region, api = location
    path, _, query = target.partition("?")
    request = Request(
        method=http_method,
        path=path if path.startswith("/") else f"/{path}",
        query_string=query,
        headers=_headers(wish),
        body=(wish.get("body") or "").encode(),
        source_ip="test-invoke-source-ip",
        domain_name="testPrefix.testDomainName",
    )
    return Exchange(request, account_id, region, api.id, STAGE, dict(wish.get("stageVariables") or {}))


def _headers(wish: Wish) -> Headers:
    several = {name: list(values) for name, values in (wish.get("multiValueHeaders") or {}).items()}
    single = {name: [value] for name, value in (wish.get("headers") or {}).items() if name not in several}
    return [(name, value) for name, values in (single | several).items() for value in values]


def _described(response: Response) -> Wish:
    several: dict[str, list[str]] = {}
    failed = any(name == "x-amzn-ErrorType" for name, _ in response.headers)
    for name, value in response.headers:
        if failed and name == "Content-Type":
            continue  # AWS does not show it of its own answers
        several.setdefault(name, []).append(value)
    body = response.body.decode("utf-8", "replace")
    headers = {name: values[-1] for name, values in several.items()}
    return {"status": response.status, "body": body, "headers": headers, "multiValueHeaders": several}


def _log(exchange: Exchange, response: Response) -> str:
    return _dated(exchange, list(trial_lines(exchange, response)))


def _dated(exchange: Exchange, lines: list[str]) -> str:
    when = f"{datetime.now(UTC):%a %b %d %H:%M:%S UTC %Y}"
    texts = "".join(f"{when} : {line}\n" for line in lines)
    return f"Execution log for request {exchange.request.request_id}\n{texts}"
