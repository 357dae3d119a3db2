"""The provider's API, which opens to its merchant's key alone; and how badly it shall behave (direct invoke).

No money moves here: this service stands for one that takes real money, and says so in each answer (`livemode`).
"""

import hmac
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from shoplib.core import commands, http, telemetry
from shoplib.core.errors import NotFound, Unauthenticated, Unavailable, Unprocessable
from shoplib.services.provider import domain, store
from shoplib.services.provider.domain import Account, Reply

_ATTEMPTS = 5
Change = Callable[[Account | None], tuple[Account | None, Reply]]

router = Router()


@router.post("/payments")
def authorize() -> Response[str]:
    _check_key()
    body = http.body(router)
    request = domain.authorization(body)
    return _change(request.payment_id, body, lambda account: domain.authorize(account, request))


@router.post("/payments/<payment_id>/capture")
def capture(payment_id: str) -> Response[str]:
    _check_key()
    body = http.body(router)
    amount = domain.amount(body)
    return _change(payment_id, body, lambda account: domain.capture(_require(account), amount))


@router.post("/payments/<payment_id>/void")
def void(payment_id: str) -> Response[str]:
    _check_key()
    payment_id = http.path_value(payment_id)
    # A void that overtakes its authorisation leaves a payment that can never be authorised.
    return _change(payment_id, {}, lambda account: domain.void(account or Account(payment_id, domain.VOIDED)))


@router.post("/payments/<payment_id>/refunds")
def refund(payment_id: str) -> Response[str]:
    _check_key()
    body = http.body(router)
    amount = domain.amount(body)
    return _change(payment_id, body, lambda account: domain.refund(_require(account), amount))


@router.get("/payments/<payment_id>")
def books(payment_id: str) -> Response[str]:
    _check_key()
    _meet_fate()
    return http.answer(200, domain.books(_require(store.account(http.path_value(payment_id)))))


@router.get("/requests/<key>")
def request(key: str) -> Response[str]:
    _check_key()
    _meet_fate()
    known = store.reply(http.path_value(key))
    if not known:
        raise NotFound("no_such_request", "Nothing was asked for under this key.")
    return http.answer(known[0].status, known[0].body)


handler = http.http_handler(router)


def put_trouble(message: dict[str, Any], _context: Any) -> dict[str, Any]:
    """{"failure_percent", "slow_percent", "delay_ms", "seed"}, each 0 when it is left out -> the same."""

    def put(body: dict[str, Any]) -> dict[str, Any]:
        trouble = domain.trouble(body)
        store.set_trouble(trouble)
        return asdict(trouble)

    return commands.answer(put, message)


set_trouble = telemetry.instrument(put_trouble)


def _check_key() -> None:
    key = (http.header(router, "Authorization", maximum=200) or "").removeprefix("Bearer ")
    if not hmac.compare_digest(key.encode(), store.key().encode()):
        raise Unauthenticated("unauthenticated", "Send the merchant's key as Authorization: Bearer <key>.")


def _change(payment_id: str, body: dict[str, Any], change: Change) -> Response[str]:
    key = domain.idempotency_key(http.header(router, "Idempotency-Key", maximum=domain.MAX_KEY))
    loses_answer = _meet_fate()
    content_hash = domain.content_hash(router.current_event.path, body)
    reply = _reply(http.path_value(payment_id), key, content_hash, change)
    if loses_answer:
        raise _trouble()
    if reply.lost:
        return http.answer(504, {"error": "issuer_timeout", "message": "The answer comes too late."})
    return http.answer(reply.status, reply.body)


def _trouble() -> Unavailable:
    return Unavailable("provider_trouble", "The provider fails, as SetProviderTroubleFunction wants it to.")


def _meet_fate() -> bool:
    """Takes its time, or fails, as trouble wants it; whether the answer is to be lost."""
    trouble = store.trouble()
    fate = domain.Fate() if trouble.is_none else domain.fate(trouble, store.count_request())
    if fate.delay_ms:
        time.sleep(fate.delay_ms / 1000)
    if fate.fails:
        raise _trouble()
    return fate.loses_answer


def _reply(payment_id: str, key: str, content_hash: str, change: Change) -> Reply:
    for _ in range(_ATTEMPTS):
        if known := store.reply(key):
            return _repeat(*known, content_hash)
        before = store.account(payment_id)
        after, reply = change(before)
        if not after:
            return reply
        try:
            store.keep(key, content_hash, before, after, reply)
        except store.Overtaken:
            continue
        return reply
    raise Unavailable("provider_busy", "This payment is being changed elsewhere; try again.")


def _repeat(reply: Reply, before: str, now: str) -> Reply:
    if before != now:
        raise Unprocessable("idempotency_key_reused", "This Idempotency-Key was used for another request.")
    return reply


def _require(account: Account | None) -> Account:
    if not account:
        raise NotFound("no_such_payment", "There is no such payment.")
    return account
