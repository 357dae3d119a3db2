"""What the provider is asked for, and what its answers mean. While it is not well it is spared: see `core.breaker`."""

from functools import cache
from typing import Any
from urllib.parse import quote

from shoplib.core import money
from shoplib.core.breaker import Breaker, Dependency
from shoplib.core.errors import Unavailable
from shoplib.core.payments import AUTHORIZE, CAPTURE, REFUND, VOID
from shoplib.services.payments import store
from shoplib.services.payments.domain import Movement, Payment, Result

_RETRY_AFTER = 1
_ISSUER_TIMEOUT = "issuer_timeout"
_NO_ANSWER = "The payment provider did not answer; try again with the same Idempotency-Key."
_SPARED = "The payment provider is not well and is given time to recover; try again with the same Idempotency-Key."


@cache
def breaker() -> Breaker:
    """What guards the provider; made once per environment, its circuit is shared by all."""
    provider = Dependency("provider", (store.NoAnswer,), "payment_unavailable", _SPARED)
    return Breaker(provider, store.table, {"id": "CIRCUIT#provider", "entry": "state"})


def charge(payment: Payment, movement: Movement, token: str | None, resumed: bool) -> Result:
    """Has the provider do a movement, once. One that was requested before is first asked for by its key.

    Unavailable when nobody knows what the provider did: the next attempt will.
    """
    known = find(movement) if resumed else None
    return known or _result(*_ask("POST", *_request(payment, movement, token), movement.key))


def find(movement: Movement) -> Result | None:
    """What the provider made of a movement; None when it has never heard of it."""
    status, body = _ask("GET", f"/requests/{movement.key}", None, movement.key)
    return None if status == 404 else _result(status, body)


def read_books(payment_id: str) -> dict[str, money.Amount]:
    """What the provider holds and has taken of a payment."""
    status, body = _ask("GET", _path(payment_id), None, "")
    if status == 404:
        return {"held_minor": 0, "captured_minor": 0}
    return {name: money.parse(body[name]) for name in ("held_minor", "captured_minor")}


def _request(payment: Payment, movement: Movement, token: str | None) -> tuple[str, dict[str, Any]]:
    path, amount = _path(payment.payment_id), {"amount_minor": movement.amount_minor}
    if movement.operation == AUTHORIZE:
        paying = {"currency": payment.currency, "method": payment.method, "token": token}
        return "/payments", {"payment_id": payment.payment_id, **amount, **paying}
    if movement.operation == VOID:
        return f"{path}/void", {}
    return {CAPTURE: f"{path}/capture", REFUND: f"{path}/refunds"}[movement.operation], amount


def _path(payment_id: str) -> str:
    return f"/payments/{quote(payment_id, safe='')}"


def _ask(method: str, path: str, body: dict[str, Any] | None, key: str) -> tuple[int, dict[str, Any]]:
    try:
        status, answer = breaker().call(lambda: _ask_once(method, path, body, key))
    except store.Failing as error:
        raise Unavailable("payment_unavailable", _NO_ANSWER, _RETRY_AFTER) from error
    except store.NoAnswer as error:
        raise Unavailable("payment_timeout", _NO_ANSWER, _RETRY_AFTER) from error
    if _is_silent_bank(answer):
        raise Unavailable("payment_timeout", _NO_ANSWER, _RETRY_AFTER)
    return status, answer


def _ask_once(method: str, path: str, body: dict[str, Any] | None, key: str) -> tuple[int, dict[str, Any]]:
    status, answer = store.ask_provider(method, path, body, key)
    if (status >= 500 or status in (401, 403, 429)) and not _is_silent_bank(answer):
        raise store.Failing(f"{method} {path}: {status}")
    return status, answer


def _is_silent_bank(answer: dict[str, Any]) -> bool:
    """The bank behind a token did not answer. The provider is well: it must not be spared for a shopper's token."""
    return answer.get("error") == _ISSUER_TIMEOUT


def _result(status: int, body: dict[str, Any]) -> Result:
    message = str(body.get("message", "The payment was declined."))
    return Result(True) if status < 300 else Result(False, message, valid=status != 400)
