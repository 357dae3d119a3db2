"""Calls of the Lambda API that moto does not have at all, at the engine's door."""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, unquote

from moto.awslambda.exceptions import LambdaClientError, UnknownFunctionException
from moto.awslambda.models import LambdaBackend, lambda_backends

from shoplib.localaws.accounts import account_of
from shoplib.localaws.functions import account_concurrency, api_requests, pages, url_configs
from shoplib.localaws.functions.errors import ResourceNotFound
from shoplib.localaws.functions.provisioned import ProvisionedConcurrency
from shoplib.localaws.functions.targets import FunctionName
from shoplib.localaws.request_scope import signature
from shoplib.localaws.rest_parameters import parameters

PROVISIONED = re.compile(r"/2019-09-30/functions/([^/]+)/provisioned-concurrency/?$")
ACCOUNT = re.compile(r"/2016-08-19/account-settings/?$")
URLS = re.compile(r"/2021-10-31/functions/([^/]+)/urls/?$")
TOTAL_CODE_BYTES, UNZIPPED_BYTES, ZIPPED_BYTES = 80_530_636_800, 262_144_000, 52_428_800
Environ = dict[str, Any]
Answer = tuple[int, dict[str, Any] | None]


@dataclass(frozen=True)
class Call:
    """One signed request. `function` is as named in the path, "" where the path names none."""

    method: str
    backend: LambdaBackend
    function: str
    query: dict[str, list[str]]
    body: dict[str, Any]

    @property
    def name(self) -> str:
        return self._name.name

    @property
    def qualifier(self) -> str | None:
        return self._name.qualifier

    @property
    def _name(self) -> FunctionName:
        qualifier = self.query.get("Qualifier", [None])[0]
        return FunctionName.parse(self.function, self.backend.region_name, self.backend.account_id, qualifier)


class AbsentApi:
    """A WSGI application for provisioned concurrency, GetAccountSettings and ListFunctionUrlConfigs."""

    def __init__(self, provisioned: ProvisionedConcurrency) -> None:
        self._provisioned = provisioned
        self._routes: tuple[tuple[re.Pattern[str], Callable[[Call], Answer]], ...] = (
            (PROVISIONED, self._provisioned_concurrency),
            (ACCOUNT, _account_settings),
            (URLS, _function_urls),
        )

    def matches(self, environ: Environ) -> bool:
        signed = signature(environ)
        of_lambda = signed is not None and signed.service == "lambda"
        return of_lambda and any(path.match(environ["PATH_INFO"]) for path, _ in self._routes)

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        path, action = next(route for route in self._routes if route[0].match(environ["PATH_INFO"]))
        headers: dict[str, str] = {}
        try:
            call = _call(environ, path)
            _check(call, action.__name__)
            status, answer = action(call)
            body = b"" if answer is None else json.dumps(answer).encode()
        except LambdaClientError as error:
            status, headers, body = _refused(error)
        fields = [("Content-Type", "application/json"), *headers.items(), ("Content-Length", str(len(body)))]
        start_response(f"{status} {HTTPStatus(status).phrase}", fields)
        return [body]

    def _provisioned_concurrency(self, call: Call) -> Answer:
        if call.method == "PUT":
            count = int(call.body["ProvisionedConcurrentExecutions"])
            return 202, self._provisioned.put(call.backend, call.name, call.qualifier, count)
        if call.method == "DELETE":
            self._provisioned.delete(call.backend, call.name, call.qualifier)
            return 204, None
        if call.query.get("List") == ["ALL"]:
            entries = self._provisioned.list(call.backend, call.name)
            return 200, pages.page(
                "ProvisionedConcurrencyConfigs", entries, call.query, lambda each: [each["FunctionArn"]]
            )
        return 200, self._provisioned.get(call.backend, call.name, call.qualifier)


def _operation(call: Call, kind: str) -> str:
    if kind != "_provisioned_concurrency":
        return {"_account_settings": "GetAccountSettings", "_function_urls": "ListFunctionUrlConfigs"}[kind]
    if call.query.get("List") == ["ALL"]:
        return "ListProvisionedConcurrencyConfigs"
    return f"{call.method.title()}ProvisionedConcurrencyConfig"


def _check(call: Call, kind: str) -> None:
    operation = _operation(call, kind)
    stated = parameters("lambda", operation, {"FunctionName": call.function}, call.query, call.body)
    api_requests.check(operation, stated, call.backend.region_name, call.backend.account_id)


def _function_urls(call: Call) -> Answer:
    try:
        function = call.backend.get_function(call.name)
    except UnknownFunctionException:
        raise ResourceNotFound(url_configs.WITHOUT_FUNCTION) from None
    entries = [each.to_dict() for each in list(url_configs.configs(function).values())]
    return 200, pages.page("FunctionUrlConfigs", entries, call.query, lambda each: [each["FunctionArn"]])


def _account_settings(call: Call) -> Answer:
    functions = list(call.backend.list_functions())
    reserved = sum(int(function.reserved_concurrency or 0) for function in functions)
    limit = {
        "TotalCodeSize": TOTAL_CODE_BYTES,
        "CodeSizeUnzipped": UNZIPPED_BYTES,
        "CodeSizeZipped": ZIPPED_BYTES,
        "ConcurrentExecutions": account_concurrency.QUOTA,
        "UnreservedConcurrentExecutions": account_concurrency.QUOTA - reserved,
    }
    used = {"TotalCodeSize": _code_bytes(call.backend), "FunctionCount": len(functions)}
    return 200, {"AccountLimit": limit, "AccountUsage": used}


def _code_bytes(backend: LambdaBackend) -> int:
    """Of all versions, $LATEST among them, and of all versions of layers."""
    layers: list[Any] = [
        version for layer in backend._layers._layers.values() for version in layer.layer_versions.values()
    ]
    return sum(each.code_size for each in [*layers, *backend.list_functions("ALL")])


def _call(environ: Environ, path: re.Pattern[str]) -> Call:
    signed, match = signature(environ), path.match(environ["PATH_INFO"])
    assert signed is not None and match is not None
    account_id = environ.get("HTTP_X_MOTO_ACCOUNT_ID") or account_of(signed.access_key)
    size = int(environ.get("CONTENT_LENGTH") or 0)
    return Call(
        method=environ["REQUEST_METHOD"],
        backend=lambda_backends[account_id][signed.region],
        function=unquote(match[1]) if match.groups() else "",
        query=parse_qs(environ.get("QUERY_STRING", "")),
        body=json.loads(environ["wsgi.input"].read(size)) if size else {},
    )


def _refused(error: LambdaClientError) -> tuple[int, dict[str, str], bytes]:
    return int(error.code or 400), {"x-amzn-ErrorType": error.error_type}, error.description.encode()
