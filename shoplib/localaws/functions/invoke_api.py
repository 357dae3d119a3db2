"""The Invoke call of the Lambda API: from a request, however it came in, to status, headers and body."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from shoplib.localaws.functions import api_requests, errors, json_refusals

Answer = tuple[int, dict[str, str], bytes]
KINDS = ("Event", "RequestResponse", "DryRun")
LOG_TYPES = ("None", "Tail")


class Service(Protocol):
    """The part of LambdaService that the API needs."""

    def new_request_id(self) -> str: ...

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
        request_id: str | None = None,
    ) -> Any: ...

    def enqueue(
        self, function: str, payload: bytes, *, region: str, account_id: str, qualifier: str | None = None
    ) -> str: ...

    def check(self, function: str, *, region: str, account_id: str, qualifier: str | None = None) -> None: ...


@dataclass(frozen=True)
class InvokeCall:
    """One request; names of `headers` are in lower case."""

    function: str
    qualifier: str | None
    region: str
    account_id: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def payload(self) -> bytes:
        """The event; an empty body is an empty event. Raises InvalidRequestContent when it is not JSON."""
        if not self.body:
            return b"{}"
        if reason := json_refusals.refusal(self.body):
            raise errors.InvalidRequestContent(reason)
        return self.body

    @property
    def client_context(self) -> str | None:
        encoded = self.headers.get("x-amz-client-context")
        try:
            return base64.b64decode(encoded, validate=True).decode() if encoded else None
        except (binascii.Error, UnicodeDecodeError) as error:
            raise errors.InvalidRequestContent("Client Context is not base64.") from error


def answer(service: Service, call: InvokeCall) -> Answer:
    """Do what the request asks for (RequestResponse, Event or DryRun). Raises moto's exceptions for refusals."""
    names = {"FunctionName": call.function} | ({"Qualifier": call.qualifier} if call.qualifier else {})
    api_requests.check("Invoke", names, call.region, call.account_id)
    kind = call.headers.get("x-amz-invocation-type", "RequestResponse")
    errors.check_choice(kind, "invocationType", KINDS)
    errors.check_choice(call.headers.get("x-amz-log-type", "None"), "logType", LOG_TYPES)
    where: dict[str, Any] = {"region": call.region, "account_id": call.account_id, "qualifier": call.qualifier}
    payload = call.payload
    if kind == "DryRun":
        service.check(call.function, **where)
        return 204, {"x-amzn-RequestId": service.new_request_id()}, b""
    if kind == "Event":
        request_id = service.enqueue(call.function, payload, **where)
        return 202, {"x-amzn-RequestId": request_id}, b""
    return _synchronous(service, call, payload, where)


def _synchronous(service: Service, call: InvokeCall, payload: bytes, where: dict[str, Any]) -> Answer:
    request_id = service.new_request_id()
    invocation = service.invoke(
        call.function,
        payload,
        client_context=call.client_context,
        trace_header=call.headers.get("x-amzn-trace-id"),
        request_id=request_id,
        **where,
    )
    headers = {
        "Content-Type": "application/json",
        "x-amzn-RequestId": request_id,
        "X-Amzn-Trace-Id": invocation.trace,
        "X-Amz-Executed-Version": invocation.executed_version,
    }
    if invocation.function_error:
        headers["X-Amz-Function-Error"] = invocation.function_error
    if call.headers.get("x-amz-log-type") == "Tail":
        headers["X-Amz-Log-Result"] = base64.b64encode(invocation.log_tail).decode()
    return 200, headers, invocation.payload
