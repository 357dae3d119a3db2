"""A payment provider that takes no money: it keeps books as one that does, and decides by the token alone.

| token | decision |
|---|---|
| tok_visa, tok_mastercard, tok_paypal | authorised |
| tok_declined | declined |
| tok_insufficient_funds | declined, for want of money |
| any other | 400: the request makes no sense |
| tok_timeout | the bank behind it never answers, and nothing is authorised |
| tok_late | the bank's answer comes too late: the request fails, and it is authorised all the same |
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from shoplib.core import checks, ids, money
from shoplib.core.errors import InvalidRequest

AUTHORIZED, DECLINED, CAPTURED, VOIDED = "authorized", "declined", "captured", "voided"
APPROVED_TOKENS = ("tok_visa", "tok_mastercard", "tok_paypal", "tok_late")
DECLINED_TOKENS = {
    "tok_declined": "The payment was declined.",
    "tok_insufficient_funds": "The payment was declined: insufficient funds.",
}
UNKNOWN_TOKEN = "payment.token is unknown to the payment provider; tok_visa is one it approves."
SILENT_TOKEN, LATE_TOKEN = "tok_timeout", "tok_late"
MAX_KEY = 128
MAX_DELAY_MS = 60_000


@dataclass(frozen=True)
class Account:
    """What the provider knows of one payment of its merchant."""

    payment_id: str
    status: str
    held_minor: money.Amount = 0
    captured_minor: money.Amount = 0
    currency: str = ""
    version: int = 0


@dataclass(frozen=True)
class Reply:
    """An answer over HTTP. `lost` is one that comes too late for the merchant to see."""

    status: int
    body: dict[str, Any]
    lost: bool = False


@dataclass(frozen=True)
class Authorization:
    payment_id: str
    amount_minor: money.Amount
    currency: str
    token: str


@dataclass(frozen=True)
class Trouble:
    """How badly the provider behaves, for lessons and tests: how many of 100 requests fail, and how many are slow."""

    failure_percent: int = 0
    slow_percent: int = 0
    delay_ms: int = 0
    seed: int = 0

    @property
    def is_none(self) -> bool:
        return not self.failure_percent and not self.slow_percent


@dataclass(frozen=True)
class Fate:
    """What befalls one request: it fails before anything was done, or its answer is lost, or it takes its time."""

    fails: bool = False
    loses_answer: bool = False
    delay_ms: int = 0


def authorization(body: Mapping[str, Any]) -> Authorization:
    """The authorisation in a request."""
    return Authorization(
        checks.identifier(body, "payment_id", maximum=64),
        _amount(body),
        checks.currency(body),
        checks.identifier(body, "token", maximum=100),
    )


def amount(body: Mapping[str, Any]) -> money.Amount:
    """The amount of a capture or a refund."""
    return _amount(body)


def authorize(account: Account | None, request: Authorization) -> tuple[Account | None, Reply]:
    """Holds the amount, if the token says so. Nothing is done for a bank that is silent."""
    if account:
        return account, _refusal(f"Payment {account.payment_id} is {account.status} already.")
    if request.token == SILENT_TOKEN:
        return None, Reply(504, {"error": "issuer_timeout", "message": "The bank behind the token does not answer."})
    if request.token in DECLINED_TOKENS:
        declined = Account(request.payment_id, DECLINED)
        return declined, Reply(402, _body(declined, message=DECLINED_TOKENS[request.token]))
    if request.token not in APPROVED_TOKENS:
        return None, Reply(400, {"error": "unknown_token", "message": UNKNOWN_TOKEN})
    account = Account(request.payment_id, AUTHORIZED, request.amount_minor, currency=request.currency)
    return account, Reply(201, _body(account), lost=request.token == LATE_TOKEN)


def capture(account: Account, amount: money.Amount) -> tuple[Account, Reply]:
    """Takes what is held, or less; the rest is let go."""
    if account.status != AUTHORIZED or amount > account.held_minor:
        return account, _refusal(f"Payment {account.payment_id} is {account.status} and holds {account.held_minor}.")
    return _next(replace(account, status=CAPTURED, held_minor=0, captured_minor=amount))


def void(account: Account) -> tuple[Account, Reply]:
    """Lets go of what is held."""
    if account.status == CAPTURED:
        return account, _refusal(f"Payment {account.payment_id} is captured; refund it.")
    return _next(replace(account, status=VOIDED, held_minor=0))


def refund(account: Account, amount: money.Amount) -> tuple[Account, Reply]:
    """Gives back a part of what was taken."""
    if amount > account.captured_minor:
        return account, _refusal(f"Payment {account.payment_id} has {account.captured_minor} to give back.")
    return _next(replace(account, captured_minor=account.captured_minor - amount))


def books(account: Account) -> dict[str, Any]:
    """What the provider says of a payment."""
    return _body(account)


def trouble(message: Mapping[str, Any]) -> Trouble:
    """How the provider shall behave; what is left out is none of it."""
    settings = {"failure_percent": 0, "slow_percent": 0, "delay_ms": 0, "seed": 0, **message}
    return Trouble(
        failure_percent=checks.integer(settings, "failure_percent", low=0, high=100),
        slow_percent=checks.integer(settings, "slow_percent", low=0, high=100),
        delay_ms=checks.integer(settings, "delay_ms", low=0, high=MAX_DELAY_MS),
        seed=checks.integer(settings, "seed", low=0, high=2**31 - 1),
    )


def fate(trouble: Trouble, number: int) -> Fate:
    """What befalls the request of that number: the same for the same seed, always."""
    draw = random.Random(f"{trouble.seed}:{number}")
    fails, half, slow = draw.randrange(100), draw.randrange(2), draw.randrange(100)
    delay_ms = trouble.delay_ms if slow < trouble.slow_percent else 0
    if fails >= trouble.failure_percent:
        return Fate(delay_ms=delay_ms)
    return Fate(fails=not half, loses_answer=bool(half), delay_ms=delay_ms)


def idempotency_key(value: str | None) -> str:
    """The key of a request that changes something."""
    if not value:
        raise InvalidRequest(f"Send an Idempotency-Key header of 1 to {MAX_KEY} characters.")
    return value


def content_hash(path: str, body: Mapping[str, Any]) -> str:
    """A fingerprint of what was asked for under a key."""
    return ids.fingerprint(f"{path}{sorted((name, str(value)) for name, value in body.items())}")


def _next(account: Account) -> tuple[Account, Reply]:
    return account, Reply(200, _body(account))


def _refusal(message: str) -> Reply:
    return Reply(409, {"error": "not_possible", "message": message})


def _body(account: Account, **more: str) -> dict[str, Any]:
    return {
        "payment_id": account.payment_id,
        "status": account.status,
        "held_minor": account.held_minor,
        "captured_minor": account.captured_minor,
        # As payment providers say it of their test modes: this one has no other.
        "livemode": False,
        **more,
    }


def _amount(body: Mapping[str, Any]) -> money.Amount:
    value = checks.amount(body, "amount_minor")
    if value < 0:
        raise InvalidRequest("amount_minor must not be negative.")
    return value
