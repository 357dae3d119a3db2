"""Calling Lambda from API Gateway: integration URIs, permission to invoke, and a time limit of the gateway's own."""

import logging
import re
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass
from typing import Any, Protocol

from moto.awslambda.models import lambda_backends

from shoplib.localaws import request_context
from shoplib.localaws.apigateway.acting import GATEWAY, objection
from shoplib.localaws.arns import Arn, is_arn
from shoplib.localaws.functions.permissions import INVOKE, permits
from shoplib.localaws.permissions import Access, first_denied

SESSION = "BackplaneAssumeRoleSession"  # as AWS names API Gateway's sessions
LOG = logging.getLogger(__name__)
URI = re.compile(r":lambda:path/[^/]+/functions/(.+)/invocations$")
STAGE_VARIABLE = re.compile(r"\$\{stageVariables\.([A-Za-z0-9_]+)\}")
INIT_LIMIT = 10.0  # seconds that AWS gives a function's init phase on top of its own timeout


class Invocation(Protocol):
    payload: bytes
    function_error: str | None


class Lambdas(Protocol):
    """The part of `functions.LambdaService` that the gateway uses."""

    def invoke(
        self,
        function: str,
        payload: bytes,
        *,
        region: str,
        account_id: str,
        trace_header: str | None = None,
        request_id: str | None = None,
    ) -> Any: ...

    def invoke_async(self, function: str, payload: bytes, *, region: str, account_id: str) -> object: ...


class InvokeFailed(Exception):
    """The function could not be called (unknown, not permitted, throttled); the text is for the log."""


class InvokeTimedOut(Exception):
    """The gateway stopped waiting; the function may still run."""


@dataclass(frozen=True, slots=True)
class FunctionArn:
    """`arn:aws:lambda:region:account:function:name[:qualifier]`."""

    arn: str
    region: str
    account_id: str
    name: str
    qualifier: str | None

    @classmethod
    def parse(cls, arn: str) -> "FunctionArn":
        if not is_arn(arn) or Arn.parse(arn).service != "lambda" or Arn.parse(arn).resource.count(":") not in (1, 2):
            raise InvokeFailed(f"{arn!r} is not the ARN of a Lambda function")
        target = Arn.parse(arn)
        name, _, qualifier = target.name.partition(":")
        return cls(arn, target.region, target.account_id, name, qualifier or None)


def substitute_stage_variables(text: str, variables: dict[str, str]) -> str:
    if "${stageVariables." not in text:
        return text
    return STAGE_VARIABLE.sub(lambda match: variables.get(match.group(1), ""), text)


def function_of_uri(uri: str, variables: dict[str, str]) -> FunctionArn:
    """Function meant by an integration URI or a plain function ARN. Raises InvokeFailed."""
    resolved = substitute_stage_variables(uri, variables)
    match = URI.search(resolved)
    return FunctionArn.parse(match.group(1) if match else resolved)


class LambdaCaller:
    """Invokes functions on behalf of an API, or says why it may not."""

    def __init__(self, lambdas: Lambdas) -> None:
        self._lambdas = lambdas
        self._waiters = ThreadPoolExecutor(64, thread_name_prefix="apigateway-lambda")

    def close(self) -> None:
        self._waiters.shutdown(wait=False, cancel_futures=True)

    def invoke(
        self,
        function: FunctionArn,
        event: bytes,
        *,
        source_arn: str,
        role: str | None,
        limit: float,
        trace: str | None,
        request_id: str | None = None,
    ) -> Any:
        """Synchronous answer of the function within `limit` seconds. Raises InvokeFailed or InvokeTimedOut.

        `trace` is the request's X-Amzn-Trace-Id.
        """
        model = self._check(function, source_arn, role)
        if model.timeout + INIT_LIMIT < limit:  # cannot outlast the gateway: no second thread needed
            return self._call(function, event, trace, source_arn, request_id)
        waiting = self._waiters.submit(self._call, function, event, trace, source_arn, request_id)
        try:
            return waiting.result(limit)
        except FutureTimeout:
            raise InvokeTimedOut(f"{function.name} took longer than {limit:g} s") from None

    def invoke_async(self, function: FunctionArn, event: bytes, *, source_arn: str, role: str | None) -> None:
        self._check(function, source_arn, role)
        with request_context.on_behalf_of(source_arn):
            self._lambdas.invoke_async(function.arn, event, region=function.region, account_id=function.account_id)

    def _check(self, function: FunctionArn, source_arn: str, role: str | None) -> Any:
        model = find_function(function)
        if role is None and not permits(model.policy.statements, function.arn, GATEWAY, source_arn):
            raise InvokeFailed(
                f"no permission: the resource policy of function {function.name} has no statement that lets "
                f"apigateway.amazonaws.com invoke {function.arn} from {source_arn}; "
                "add one (AWS::Lambda::Permission or `aws lambda add-permission`)"
            )
        if role is not None:
            require_role(role, Access(INVOKE, function.arn))
        return model

    def _call(
        self, function: FunctionArn, event: bytes, trace: str | None, source_arn: str, request_id: str | None
    ) -> Any:
        where = {"region": function.region, "account_id": function.account_id}
        try:
            with request_context.on_behalf_of(source_arn, trace):
                return self._lambdas.invoke(function.arn, event, **where, trace_header=trace, request_id=request_id)
        except Exception as error:  # the service raises moto's API errors; each means "the gateway could not invoke"
            raise InvokeFailed(f"{function.name}: {type(error).__name__}: {error}") from error


def require_role(role: str, access: Access) -> None:
    """Raises InvokeFailed when API Gateway may not act as the role or caller, or who that is may not do this."""
    if reason := objection(role):
        raise InvokeFailed(reason)
    if first_denied(role, SESSION, [access]):
        raise InvokeFailed(f"{role} is not authorized to perform {access.action} on {access.resource}")


def find_function(function: FunctionArn) -> Any:
    try:
        return lambda_backends[function.account_id][function.region].get_function(function.arn)
    except Exception as error:  # moto raises its own not-found errors and KeyErrors for odd regions
        raise InvokeFailed(f"function {function.arn} does not exist") from error
