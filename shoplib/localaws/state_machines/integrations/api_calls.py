"""Calls of deployed APIs (`apigateway:invoke`): a request as its parameters say, and the answer as states get it."""

import json
import os
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

from shoplib.localaws import request_context
from shoplib.localaws.json_text import compact
from shoplib.localaws.loopback import session
from shoplib.localaws.role_sessions import credentials
from shoplib.localaws.state_machines.integrations.role_clients import SESSION
from shoplib.localaws.state_machines.language import StateFailure
from shoplib.localaws.state_machines.language.failures import runtime

ENDPOINT = re.compile(r"([a-z0-9]{8,12})\.execute-api\.[a-z0-9-]+\.amazonaws\.com")
LONGEST_S = 60
SERVICE = "execute-api"
METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS")
KNOWN = {
    *("ApiEndpoint", "Method", "Headers", "Stage", "Path", "QueryParameters", "RequestBody", "AllowNullValues"),
    "AuthType",
}
# What a request may not say of itself, as AWS documents.
NOT_ALLOWED = {
    *("authorization", "connection", "content-md5", "expect", "host", "max-forwards", "proxy-authenticate", "server"),
    *("te", "transfer-encoding", "trailer", "upgrade", "via", "www-authenticate"),
}
NOT_ALLOWED_PREFIXES = ("x-forwarded", "x-amz", "x-amzn")
Parameters = Mapping[str, Any]


class ApiCalls:
    """Thread-safe."""

    def __init__(self) -> None:
        self._session = session()

    def invoke(self, parameters: Any, role_arn: str, region: str) -> dict[str, Any]:
        """Raises StateFailure, `ApiGateway.<status>` for an answer that is an error."""
        request = _request(parameters)
        if parameters.get("AuthType", "NO_AUTH") == "IAM_ROLE":
            SigV4Auth(credentials(role_arn, SESSION, region), SERVICE, region).add_auth(request)
        answer = self._session.request(
            *(request.method, request.url),
            data=request.data,
            headers=dict(request.headers.items()),
            timeout=LONGEST_S,
            allow_redirects=False,
        )
        if answer.status_code >= 400:
            raise StateFailure(f"ApiGateway.{answer.status_code}", answer.text)
        return _as_states_get_it(answer)


def _request(parameters: Any) -> AWSRequest:
    """Raises EvaluationFailure for parameters that AWS does not take."""
    if not isinstance(parameters, dict):
        raise runtime(f"The parameters of apigateway:invoke must be an object, not {compact(parameters)}")
    if unknown := parameters.keys() - KNOWN:
        raise runtime(f'The field "{sorted(unknown)[0]}" is not supported by Step Functions.')
    for name in ("ApiEndpoint", "Method"):
        if not isinstance(parameters.get(name), str):
            raise runtime(f'The field "{name}" is required but was missing.')
    if parameters["Method"] not in METHODS:
        raise runtime(f"Method must be one of {', '.join(METHODS)}, not {parameters['Method']}")
    body = _body(parameters)
    headers = _headers(parameters.get("Headers") or {})
    if body is not None and "content-type" not in {name.lower() for name in headers}:
        headers["Content-Type"] = "application/json"
    if trace := request_context.current().trace:
        headers["X-Amzn-Trace-Id"] = trace
    return AWSRequest(method=parameters["Method"], url=_url(parameters), data=body, headers=headers)


def _url(parameters: Parameters) -> str:
    """Where this machine answers for the API. Queries may name a parameter more than once."""
    match = ENDPOINT.fullmatch(parameters["ApiEndpoint"])
    if match is None:
        raise runtime(f"{parameters['ApiEndpoint']} is no endpoint of an API: <id>.execute-api.<region>.amazonaws.com")
    parts = [str(parameters[name]).strip("/") for name in ("Stage", "Path") if parameters.get(name)]
    query = "&".join(
        f"{quote(name, safe='')}={quote(str(value), safe='')}"
        for name, values in (parameters.get("QueryParameters") or {}).items()
        for value in _listed(values)
    )
    path = quote("/".join([match[1], *parts]), safe="/%~")
    return f"{os.environ['AWS_ENDPOINT_URL']}/_aws/execute-api/{path}{'?' if query else ''}{query}"


def _headers(headers: Parameters) -> dict[str, str]:
    for name in headers:
        if name.lower() in NOT_ALLOWED or name.lower().startswith(NOT_ALLOWED_PREFIXES):
            raise runtime(f"Header {name} is not allowed")
    return {name: ",".join(map(str, _listed(values))) for name, values in headers.items()}


def _listed(values: Any) -> list[Any]:
    return values if isinstance(values, list) else [values]


def _body(parameters: Parameters) -> str | None:
    """As JSON; without nulls, unless they are allowed."""
    body = parameters.get("RequestBody")
    if body is None:
        return None
    return compact(body if parameters.get("AllowNullValues") else _without_nulls(body))


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nulls(each) for name, each in value.items() if each is not None}
    return [_without_nulls(each) for each in value] if isinstance(value, list) else value


def _as_states_get_it(answer: requests.Response) -> dict[str, Any]:
    headers = answer.raw.headers
    return {
        "Headers": {name: headers.getlist(name) for name in headers},
        "ResponseBody": _parsed(answer.text),
        "StatusCode": answer.status_code,
        "StatusText": answer.reason,
    }


def _parsed(text: str) -> Any:
    try:
        return json.loads(text) if text else {}
    except ValueError:
        return text
