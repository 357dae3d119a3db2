"""A save waits for what is at work, and what works in turns begins none meanwhile."""

import threading
from collections.abc import Iterator

import pytest

from shoplib.localaws.cloudformation import operations
from shoplib.localaws.cloudformation.at_work import AT_WORK
from shoplib.localaws.cloudformation.stack import Options
from shoplib.localaws.turns import Turns

NO_TIME, LIMIT_S = 0.0, 30.0


@pytest.fixture
def answer_at_once(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(operations, "ANSWER_WITHIN_SECONDS", NO_TIME)
    yield
    assert AT_WORK.pause(NO_TIME)


def test_a_slow_operation_on_a_stack_is_waited_for(answer_at_once: None) -> None:
    stack, done = operations.new_stack("123456789012", "us-east-1", "slow", Options()), threading.Event()
    operations.work(stack, lambda: done.wait(LIMIT_S) and None)
    assert not AT_WORK.pause(NO_TIME)
    done.set()
    assert AT_WORK.pause(LIMIT_S)


def test_an_operation_that_fails_is_over(answer_at_once: None, caplog: pytest.LogCaptureFixture) -> None:
    stack = operations.new_stack("123456789012", "us-east-1", "failing", Options())
    stack.became("CREATE_IN_PROGRESS")
    operations.work(stack, lambda: [][0])
    assert AT_WORK.pause(LIMIT_S) and stack.status == "CREATE_FAILED"
    assert "the stack failing failed" in caplog.text


def test_a_turn_waits_while_turns_are_paused() -> None:
    turns, begun, done = Turns(), threading.Event(), threading.Event()

    def work() -> None:
        with turns.take():
            begun.set()
            done.wait(LIMIT_S)

    assert turns.pause(NO_TIME)
    thread = threading.Thread(target=work)
    thread.start()
    assert not begun.wait(0.05)  # what is tested is that nothing happens
    turns.resume()
    assert begun.wait(LIMIT_S) and not turns.pause(NO_TIME)
    done.set()
    assert turns.pause(LIMIT_S)
    thread.join()
