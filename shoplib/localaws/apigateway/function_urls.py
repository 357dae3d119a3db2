"""Lambda function URLs: HTTP straight to one function, with payload 2.0 and no API in between."""

import json
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from moto.awslambda.models import LambdaBackend, lambda_backends

from shoplib.localaws import request_context
from shoplib.localaws.apigateway import cors, event_v2
from shoplib.localaws.apigateway.addressing import locate_function_url
from shoplib.localaws.apigateway.directory import Directory
from shoplib.localaws.apigateway.exchange import Exchange
from shoplib.localaws.apigateway.lambda_functions import Lambdas
from shoplib.localaws.apigateway.lambda_response import MalformedAnswer, parse_v2
from shoplib.localaws.apigateway.messages import REFUSAL, Request, Response, read_request
from shoplib.localaws.call_record import CLIENTS
from shoplib.localaws.functions import permissions, url_configs
from shoplib.localaws.functions.errors import TooManyRequestsException

LOG = logging.getLogger(__name__)
PAYLOAD_LIMIT = 6 * 1024 * 1024


@dataclass(frozen=True)
class FunctionUrl:
    """One function's URL configuration in moto; `id` is the first label of its host name."""

    id: str
    function: Any
    config: dict[str, Any]

    @property
    def invoked_arn(self) -> str:
        """With the alias that the URL belongs to."""
        qualifier = self.config.get("Qualifier")
        return f"{self.function.function_arn}:{qualifier}" if qualifier else str(self.function.function_arn)

    @property
    def domain(self) -> str:
        return f"{self.id}.lambda-url.{self.function.region}.on.aws"

    @property
    def cors(self) -> cors.Cors | None:
        configuration = self.config.get("Cors") or {}
        return cors.compile_cors({name[0].lower() + name[1:]: value for name, value in configuration.items()})

    def lets_in(self, request: Request) -> bool:
        """NONE needs a resource policy that opens the URL to everybody; AWS_IAM a signed request."""
        if self.config.get("AuthType") == "AWS_IAM":
            return bool(request.access_key) and not request.wrong_signature and self._permits(request)
        return permissions.is_public_url(self.function.policy.statements, self.invoked_arn)

    def _permits(self, request: Request) -> bool:
        return not request.refusal(permissions.INVOKE_URL, self.invoked_arn)


class FunctionUrls:
    """The WSGI door of all function URLs in moto's state."""

    def __init__(self, lambdas: Lambdas) -> None:
        self._lambdas = lambdas
        self.refusal: Callable[..., str] = lambda *_: ""  # what a request's signer may not do
        self._urls = Directory(_find, lambda_backends)

    def matches(self, environ: dict[str, Any]) -> bool:
        return locate_function_url(environ) is not None

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        url_id, path = locate_function_url(environ) or ("", "/")
        response = self._serve(environ, url_id, path)
        response.replace("Content-Length", str(len(response.body)))
        start_response(response.status_line, response.headers)
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else response.body]

    def _serve(self, environ: dict[str, Any], url_id: str, path: str) -> Response:
        location = self._urls.find(url_id)
        if not location:
            return _message(404, "Not Found")
        url: FunctionUrl = location[2]
        environ[REFUSAL] = partial(self.refusal, environ)
        request = read_request(environ, path, url_id, url.function.region)
        request.domain_name = url.domain
        request.headers = [(name, url.domain if name == "Host" else value) for name, value in request.headers]
        sharing = url.cors
        if sharing and (answer := cors.preflight(sharing, request)):
            return answer
        response = self._invoke(url, request) if url.lets_in(request) else _message(403, "Forbidden")
        if sharing:
            cors.apply(sharing, request, response)
        return response

    def _invoke(self, url: FunctionUrl, request: Request) -> Response:
        if len(request.body) > PAYLOAD_LIMIT:
            return _message(413, "Request Entity Too Large")
        payload = json.dumps(_event(url, request)).encode()
        where = {"region": url.function.region, "account_id": url.function.account_id}
        trace = request.header("x-amzn-trace-id")
        try:
            with request_context.on_behalf_of(request_context.sender(trace) or CLIENTS, trace):
                answer = self._lambdas.invoke(url.invoked_arn, payload, **where, trace_header=trace)
        except TooManyRequestsException:
            return _message(429, "Too Many Requests")
        if answer.function_error:
            LOG.warning("%s failed behind its URL: %s", url.function.function_name, answer.payload[:500])
            return _message(502, "Internal Server Error")
        try:
            return parse_v2(answer.payload)
        except MalformedAnswer as error:
            LOG.warning("%s behind its URL: %s", url.function.function_name, error)
            return _message(502, "Internal Server Error")


def _event(url: FunctionUrl, request: Request) -> dict[str, Any]:
    exchange = Exchange(request, url.function.account_id, url.function.region, url.id, "$default", {})
    exchange.method, exchange.stage_in_path = "$default", False
    return event_v2.proxy_event(exchange)


def _find(backend: LambdaBackend, url_id: str) -> FunctionUrl | None:
    match = url_configs.find(url_id, list(backend.list_functions()))
    return FunctionUrl(url_id, match[0], match[1].config) if match else None


def _message(status: int, text: str) -> Response:
    return Response(status, [("Content-Type", "application/json")], json.dumps({"Message": text}).encode())
