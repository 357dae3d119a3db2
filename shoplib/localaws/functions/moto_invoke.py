"""Every way in which moto calls a function, led to the lab's own execution.

The Invoke API waits for the answer. All services that only notify a function (S3, SNS, EventBridge, CloudWatch Logs)
call it asynchronously, as on AWS: their request ends before the handler runs.
"""

from typing import Any, Protocol
from urllib.parse import unquote

from moto.awslambda.models import LambdaBackend, LambdaFunction
from moto.awslambda.responses import LambdaResponse

from shoplib.localaws.functions import invoke_api
from shoplib.localaws.functions.invoke_api import Answer, InvokeCall
from shoplib.localaws.functions.moto_types import Function
from shoplib.localaws.moto_patches import replace_methods


class Service(invoke_api.Service, Protocol):
    """The part of LambdaService that moto's ways in need."""

    def notify(self, function: str, payload: bytes, *, region: str, account_id: str) -> None: ...

    def forget(self, function: Function) -> None: ...


_original_delete = LambdaBackend.delete_function


def install(service: Service) -> None:
    """Lead moto's calls to `service`. Idempotent; the last service wins."""

    def api_invoke(self: LambdaResponse) -> Answer:
        status, headers, body = invoke_api.answer(service, _call(self, _function(self)))
        return status, headers | {"status": str(status)}, body

    def api_invoke_async(self: LambdaResponse) -> Answer:
        call = _call(self, _function(self))
        service.enqueue(call.function, call.payload, region=call.region, account_id=call.account_id)
        return 202, {"status": "202"}, b""

    def notify(self: LambdaFunction, body: str, request_headers: Any, response_headers: Any) -> bytes:
        service.notify(self.function_arn, (body or "{}").encode(), region=self.region, account_id=self.account_id)
        return b""

    def delete(self: LambdaBackend, function_name: str, qualifier: str | None = None) -> None:
        function = self.get_function(function_name, qualifier)
        _original_delete(self, function_name, qualifier)
        service.forget(function)

    replace_methods(LambdaResponse, invoke=api_invoke, invoke_async=api_invoke_async)
    replace_methods(LambdaFunction, invoke=notify)
    replace_methods(LambdaBackend, delete_function=delete)


def _function(request: LambdaResponse) -> str:
    return unquote(request.path.rstrip("/").rsplit("/", 2)[-2])


def _call(request: LambdaResponse, function: str) -> InvokeCall:
    body = request.body
    return InvokeCall(
        function=function,
        qualifier=request._get_param("Qualifier"),
        region=request.region,
        account_id=request.current_account,
        headers={name.lower(): value for name, value in request.headers.items()},
        body=body.encode() if isinstance(body, str) else bytes(body or b""),
    )
