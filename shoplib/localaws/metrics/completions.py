"""Calls as their recorder has them once they were answered, read for those who count them."""

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

from moto.core import DEFAULT_ACCOUNT_ID

from shoplib.localaws.arns import Arn, is_arn


class Completion(Protocol):
    """As the recorder has it."""

    sent: Any
    caller: str
    at: float
    ms: float
    error: str
    answer: bytes


class AnsweredCall(NamedTuple):
    """`resources` are the names of the tables or streams that it acts upon, at least one."""

    place: tuple[str, str]
    operation: str
    resources: Sequence[str]
    at: float
    ms: float
    error: str
    request: bytes
    answer: bytes


def answered_call(completion: Completion, uses: Sequence[Any]) -> AnsweredCall:
    """Whoever is no resource of an account acts for the one that there is."""
    sent = completion.sent
    account_id = Arn.parse(completion.caller).account_id if is_arn(completion.caller) else DEFAULT_ACCOUNT_ID
    return AnsweredCall(
        place=(account_id or DEFAULT_ACCOUNT_ID, sent.region),
        operation=sent.target.rpartition(".")[2],
        resources=list(dict.fromkeys(use.resource.rpartition("/")[2] for use in uses)),
        at=completion.at,
        ms=completion.ms,
        error=completion.error,
        request=sent.body,
        answer=completion.answer,
    )
