"""A trigger's function that is too slow: Cognito waits three times, each time for five seconds, and gives up."""

import threading
from typing import Any

import pytest

from shoplib.localaws.user_pools import trigger_calls
from shoplib.localaws.user_pools.trigger_calls import TriggerCalls, UnexpectedLambda

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:slow"


class Slow:
    """Functions that answer when they may."""

    def __init__(self) -> None:
        self.may, self.invocations = threading.Event(), 0

    def invoke(self, *_: Any, **__: Any) -> Any:
        self.invocations += 1
        self.may.wait()
        raise AssertionError("nobody waits any more")


def test_a_slow_function_is_invoked_three_times(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (trigger_calls.LIMIT_S, trigger_calls.ATTEMPTS) == (5.0, 3)
    monkeypatch.setattr(trigger_calls, "may_invoke", lambda *_: True)
    functions: Any = Slow()
    with pytest.raises(UnexpectedLambda) as caught:
        TriggerCalls(functions, limit_s=0.01).answer("pool", "PreSignUp", FUNCTION, {})
    functions.may.set()
    said = "PreSignUp invocation failed due to error Socket timeout while invoking Lambda function."
    assert (caught.value.error_type, caught.value.message, functions.invocations) == (
        "UnexpectedLambdaException",
        said,
        3,
    )
