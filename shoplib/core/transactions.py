"""Transactions of DynamoDB that others disturb: tried again, spread out in time."""

import random
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from shoplib.core.errors import Unavailable

ATTEMPTS = 6
_CONDITION = "ConditionalCheckFailed"

Write = dict[str, Any]


def transact(client: Any, writes: Sequence[Write], give_up: Callable[[], Unavailable] | None = None) -> list[bool]:
    """Does all writes or none. Answers [] or, for each write, whether its condition failed. Unavailable, or what
    `give_up` makes of it, when others kept changing the same items."""
    for attempt in range(ATTEMPTS):
        pause(attempt)
        try:
            client.transact_write_items(TransactItems=writes)
        except client.exceptions.TransactionCanceledException as error:
            codes = _codes(error.response)
            if _CONDITION in codes:
                return [code == _CONDITION for code in codes]
            if set(codes) - {"None", "TransactionConflict"}:
                raise
        else:
            return []
    raise (give_up or _busy)()


def pause(attempt: int) -> None:
    """Before an attempt that is not the first: others want the same items, so spread out."""
    if attempt:
        time.sleep(random.uniform(0, 0.02 * 2**attempt))


def _busy() -> Unavailable:
    return Unavailable("busy", f"Others kept changing the same items in {ATTEMPTS} attempts; try again.")


def _codes(response: Mapping[str, Any]) -> list[str]:
    return [reason.get("Code", "None") for reason in response["CancellationReasons"]]
