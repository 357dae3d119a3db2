"""A small AWS for tests of the gateway: moto's state in this process, functions that are plain Python callables."""

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

import boto3

from shoplib.localaws.apigateway.gateway import Gateway
from tests.cloud.roles import trust

REGION = "us-east-1"
ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/lambda"
Handler = Callable[[dict[str, Any]], Any]


@dataclass(frozen=True)
class Invocation:
    payload: bytes
    function_error: str | None


class FunctionFailed(Exception):
    """Raised by a handler to fail as a function does: {"errorMessage": text}."""


@dataclass
class Functions:
    """Stands in for LambdaService: calls the handler registered for the function's name and keeps the events."""

    handlers: dict[str, Handler] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)

    def invoke(self, function: str, payload: bytes, *, region: str, account_id: str, **_: Any) -> Invocation:
        name = function.split(":")[6]
        event = json.loads(payload)
        self.events.append(event)
        try:
            answer = self.handlers[name](event)
        except FunctionFailed as error:
            failure = {"errorMessage": str(error), "errorType": "Exception"}
            return Invocation(json.dumps(failure).encode(), "Unhandled")
        return Invocation(answer if isinstance(answer, bytes) else json.dumps(answer).encode(), None)

    def invoke_async(self, function: str, payload: bytes, **where: Any) -> None:
        self.invoke(function, payload, **where)


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes
    header_list: list[tuple[str, str]]

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class World:
    """Boto3 clients on moto plus one Gateway; use inside `mock_aws`."""

    def __init__(self) -> None:
        self.functions = Functions()
        self.gateway = Gateway(self.functions, "http://127.0.0.1:1")
        self._clients: dict[str, Any] = {}

    def client(self, service: str) -> Any:
        if service not in self._clients:
            self._clients[service] = boto3.client(service, region_name=REGION)
        return self._clients[service]

    def function(self, name: str, handler: Handler, *, timeout: int = 3, permitted: bool = True) -> str:
        """ARN of a new function; unless `permitted` is False API Gateway may invoke it."""
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as bundle:
            bundle.writestr("index.py", "")
        lambdas = self.client("lambda")
        try:
            self.client("iam").create_role(RoleName="lambda", AssumeRolePolicyDocument=json.dumps(trust("lambda")))
        except self.client("iam").exceptions.EntityAlreadyExistsException:
            pass
        arn: str = lambdas.create_function(
            FunctionName=name,
            Runtime="python3.12",
            Role=ROLE,
            Handler="index.handler",
            Timeout=timeout,
            Code={"ZipFile": archive.getvalue()},
        )["FunctionArn"]
        self.functions.handlers[name] = handler
        if permitted:
            self.permit(name)
        return arn

    def permit(self, name: str, **conditions: str) -> None:
        self.client("lambda").add_permission(
            FunctionName=name,
            StatementId="apigateway",
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            **conditions,
        )

    def call(
        self,
        method: str,
        url: str,
        *,
        body: bytes | str = b"",
        host: str = "127.0.0.1:5000",
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """One HTTP request straight into the WSGI door."""
        path, _, query = url.partition("?")
        content = body.encode() if isinstance(body, str) else body
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "PATH_INFO": unquote(path),
            "REQUEST_URI": url,
            "QUERY_STRING": query,
            "REMOTE_ADDR": "203.0.113.7",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": host,
            "wsgi.input": io.BytesIO(content),
        }
        if content:
            environ["CONTENT_LENGTH"] = str(len(content))
        for name, value in (headers or {}).items():
            key = name.upper().replace("-", "_")
            environ[key if key == "CONTENT_TYPE" else "HTTP_" + key] = value
        seen: dict[str, Any] = {}

        def start_response(status: str, pairs: list[tuple[str, str]]) -> None:
            seen.update(status=int(status.split()[0]), pairs=pairs)

        assert self.gateway.matches(environ)
        content = b"".join(self.gateway(environ, start_response))
        return Answer(seen["status"], {n.lower(): v for n, v in seen["pairs"]}, content, seen["pairs"])


def lambda_uri(function_arn: str) -> str:
    return f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{function_arn}/invocations"
