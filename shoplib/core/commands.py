"""Commands from one service to another: invocations of functions, whose answers may be errors in the shop's words.

    {"error": {"kind": "unavailable", "code": "payment_timeout", "message": "...", "retry_after": 2}}

Whoever serves commands wraps its function in `answer`; whoever sends one gets the error raised as what it was.
"""

import json
import re
from collections.abc import Callable
from typing import Any

from shoplib.core import errors, money, numbers, telemetry

# The client's own `invoke`, of Lambda.
Invoke = Callable[..., dict[str, Any]]
Body = dict[str, Any]

_RETRY_AFTER = 1
_WORD = re.compile("(?<!^)(?=[A-Z])")


def send(invoke: Invoke, function_name: str, command: Body, code: str) -> Body:
    """What the function of that name answers. Unavailable under `code` when it does not, or fails."""
    try:
        answer = invoke(FunctionName=function_name, Payload=json.dumps(command, default=money.to_json).encode())
        body = answer["Payload"].read()
    except Exception as error:
        # Whatever the client raises (no route, no answer in time, too many at once, not allowed): there is no answer.
        telemetry.logger().warning("no answer", extra={"function": function_name}, exc_info=True)
        raise _unavailable(function_name, code, "does not answer") from error
    if "FunctionError" in answer:
        raise _unavailable(function_name, code, "failed")
    return result_of(numbers.read(body.decode()))


def answer(serve: Callable[[Body], Body], command: Body) -> Body:
    """What `serve` makes of a command, or the error of the shop's own that it raises."""
    try:
        result = serve(command)
    except errors.ShopError as error:
        telemetry.logger().info("refused", extra={"code": error.code})
        result = {"error": {"kind": _kind(type(error)), "code": error.code, "message": error.message, **error.details}}
    # Lambda writes the answer, and knows no exact amounts.
    return dict(json.loads(json.dumps(result, default=money.to_json)))


def result_of(result: Body) -> Body:
    """What was answered, without an error; an error is raised."""
    if error := result.get("error"):
        raise _error(**error)
    return result


def _error(kind: str, code: str, message: str, **details: Any) -> errors.ShopError:
    if kind == _kind(errors.InvalidRequest):
        return errors.InvalidRequest(message, code)
    classes = {_kind(each): each for each in errors.ShopError.__subclasses__()}
    return classes.get(kind, errors.Unavailable)(code, message, **details)


def _kind(error: type[errors.ShopError]) -> str:
    """`TooManyRequests` is `too_many_requests`."""
    return _WORD.sub("_", error.__name__).lower()


def _unavailable(function_name: str, code: str, what: str) -> errors.Unavailable:
    return errors.Unavailable(code, f"{function_name} {what}; try again.", _RETRY_AFTER)
