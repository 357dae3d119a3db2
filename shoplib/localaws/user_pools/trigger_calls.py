"""One invocation of a trigger's function: the permission, the time limit, and AWS's words for what goes wrong.

https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html
"""

import json
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from threading import Thread
from typing import Any

from moto.awslambda.exceptions import LambdaClientError
from moto.core.exceptions import JsonRESTError

from shoplib.localaws import request_context
from shoplib.localaws.functions import LambdaService
from shoplib.localaws.functions.permissions import may_invoke

CALLER = "cognito-idp.amazonaws.com"
LIMIT_S, ATTEMPTS = 5.0, 3
DENIED, SLOW = "AccessDeniedException", "Socket timeout while invoking Lambda function"


class UnexpectedLambda(JsonRESTError):
    def __init__(self, trigger: str, error: str) -> None:
        super().__init__("UnexpectedLambdaException", f"{trigger} invocation failed due to error {error}.")


class UserLambdaValidation(JsonRESTError):
    def __init__(self, trigger: str, message: str) -> None:
        super().__init__("UserLambdaValidationException", f"{trigger} failed with error {message}.")


class InvalidLambdaResponse(JsonRESTError):
    def __init__(self) -> None:
        super().__init__("InvalidLambdaResponseException", "Unrecognizable lambda output")


class TriggerCalls:
    """Invokes functions on behalf of user pools."""

    def __init__(self, lambdas: LambdaService, limit_s: float = LIMIT_S) -> None:
        self._lambdas, self._limit_s = lambdas, limit_s

    def answer(self, pool_arn: str, trigger: str, function_arn: str, event: Mapping[str, Any]) -> Any:
        """What the function returns. Raises what Cognito answers when it returns nothing."""
        _require_permission(pool_arn, trigger, function_arn)
        payload = json.dumps(event).encode()
        answer = self._in_time(trigger, lambda: self._invoke(pool_arn, trigger, function_arn, payload))
        if answer.function_error:
            raise UserLambdaValidation(trigger, _message(answer.payload))
        return _read(answer.payload)

    def _in_time(self, trigger: str, invoke: Callable[[], Any]) -> Any:
        """A function that is too slow is invoked again, while its first invocation goes on."""
        for _ in range(ATTEMPTS):
            try:
                return _begin(invoke).result(self._limit_s)
            except FutureTimeout:
                continue
        raise UnexpectedLambda(trigger, SLOW)

    def _invoke(self, pool_arn: str, trigger: str, function_arn: str, payload: bytes) -> Any:
        try:
            with request_context.on_behalf_of(pool_arn):
                return self._lambdas.invoke(function_arn, payload, region="", account_id="")
        except LambdaClientError as error:
            raise UnexpectedLambda(trigger, str(error.error_type)) from error


def _require_permission(pool_arn: str, trigger: str, function_arn: str) -> None:
    """A function that is not there is denied, as on AWS."""
    try:
        allowed = may_invoke(function_arn, CALLER, pool_arn)
    except LambdaClientError:
        allowed = False
    if not allowed:
        raise UnexpectedLambda(trigger, DENIED)


def _begin(invoke: Callable[[], Any]) -> "Future[Any]":
    answer: Future[Any] = Future()
    acting = request_context.current()

    def work() -> None:
        try:
            with request_context.activate(acting):
                answer.set_result(invoke())
        except Exception as error:  # noqa: BLE001 - who waits for the answer raises it
            answer.set_exception(error)

    Thread(target=work, name="cognito-trigger", daemon=True).start()
    return answer


def _message(payload: bytes) -> str:
    error = _read(payload)
    return str(error.get("errorMessage") or error.get("errorType") or "") if isinstance(error, dict) else str(error)


def _read(payload: bytes) -> Any:
    try:
        return json.loads(payload or b"null")
    except ValueError:
        raise InvalidLambdaResponse from None
