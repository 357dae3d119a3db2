"""Every way in which moto calls a function, led to the lab's own execution.

The Invoke API waits for the answer. All services that only notify a function (S3, SNS, EventBridge, CloudWatch Logs)
call it asynchronously, as on AWS: their request ends before the handler runs.
"""

import base64
import json
from typing import Any, Protocol
from urllib.parse import unquote

from moto.awslambda.models import LambdaBackend, LambdaFunction
from moto.awslambda.responses import LambdaResponse

from shoplib.localaws.functions import errors
from shoplib.localaws.functions.moto_types import Function, replace_methods

Answer = tuple[int, dict[str, str], bytes]


class Service(Protocol):
    """The part of LambdaService that moto's ways in need."""

    def invoke(
        self,
        function: str,
        payload: bytes,
        *,
        region: str,
        account_id: str,
        qualifier: str | None = None,
        client_context: str | None = None,
        trace_header: str | None = None,
    ) -> Any: ...

    def invoke_async(
        self, function: str, payload: bytes, *, region: str, account_id: str, qualifier: str | None = None
    ) -> str: ...

    def check(self, function: str, *, region: str, account_id: str, qualifier: str | None = None) -> None: ...

    def forget(self, function: Function) -> None: ...


_original_delete = LambdaBackend.delete_function


def install(service: Service) -> None:
    """Lead moto's calls to `service`. Idempotent; the last service wins."""

    def api_invoke(self: LambdaResponse) -> Answer:
        return _api_invoke(service, self)

    def api_invoke_async(self: LambdaResponse) -> Answer:
        name = unquote(self.path.rstrip("/").rsplit("/", 2)[-2])
        payload = _payload(self)
        service.invoke_async(name, payload, region=self.region, account_id=self.current_account)
        return 202, {"status": "202"}, b""

    def notify(self: LambdaFunction, body: str, request_headers: Any, response_headers: Any) -> bytes:
        service.invoke_async(self.function_arn, (body or "{}").encode(), region=self.region, account_id=self.account_id)
        return b""

    def delete(self: LambdaBackend, function_name: str, qualifier: str | None = None) -> None:
        function = self.get_function(function_name, qualifier)
        _original_delete(self, function_name, qualifier)
        service.forget(function)

    replace_methods(LambdaResponse, invoke=api_invoke, invoke_async=api_invoke_async)
    replace_methods(LambdaFunction, invoke=notify)
    replace_methods(LambdaBackend, delete_function=delete)


def _api_invoke(service: Service, request: LambdaResponse) -> Answer:
    name = unquote(request.path.rstrip("/").rsplit("/", 2)[-2])
    kind = request.headers.get("X-Amz-Invocation-Type", "RequestResponse")
    where: dict[str, Any] = {
        "region": request.region,
        "account_id": request.current_account,
        "qualifier": request._get_param("Qualifier"),
    }
    payload = _payload(request)
    if kind == "DryRun":
        service.check(name, **where)
        return 204, {"status": "204"}, b""
    if kind == "Event":
        request_id = service.invoke_async(name, payload, **where)
        return 202, {"status": "202", "x-amzn-RequestId": request_id}, b""
    return _synchronous(service, request, name, payload, where)


def _synchronous(service: Service, request: LambdaResponse, name: str, payload: bytes, where: dict[str, Any]) -> Answer:
    invocation = service.invoke(
        name,
        payload,
        client_context=_client_context(request),
        trace_header=request.headers.get("X-Amzn-Trace-Id"),
        **where,
    )
    headers = {"Content-Type": "application/json", "X-Amz-Executed-Version": invocation.executed_version}
    if invocation.function_error:
        headers["X-Amz-Function-Error"] = invocation.function_error
    if request.headers.get("X-Amz-Log-Type") == "Tail":
        headers["X-Amz-Log-Result"] = base64.b64encode(invocation.log_tail).decode()
    return 200, headers, invocation.payload


def _payload(request: LambdaResponse) -> bytes:
    """The request's body as bytes; an empty one is an empty event. Raises InvalidRequestContent."""
    body = request.body
    payload = body.encode() if isinstance(body, str) else bytes(body or b"")
    if not payload:
        return b"{}"
    try:
        json.loads(payload)
    except ValueError as error:
        raise errors.InvalidRequestContent(str(error)) from error
    return payload


def _client_context(request: LambdaResponse) -> str | None:
    encoded = request.headers.get("X-Amz-Client-Context")
    return base64.b64decode(encoded).decode() if encoded else None
