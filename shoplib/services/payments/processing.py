"""The way of a command to its outcome. Every step can be repeated, and can be overtaken by another attempt.

Record that the movement is wanted, have the provider (or the gift card) make it, record what came of it. An attempt
that dies anywhere leaves a requested movement, which the next one finishes under the same key: it is made once.
"""

from typing import Any

from shoplib.core import telemetry
from shoplib.core.errors import Unavailable
from shoplib.core.payments import AUTHORIZE, CAPTURE, GIVEN_BACK, VOID, Command, Outcome
from shoplib.services.payments import charging, domain, gift_cards, store
from shoplib.services.payments.domain import Movement, Payment, Result

_ATTEMPTS = 5
_METRICS = {AUTHORIZE: "PaymentsAuthorized", CAPTURE: "PaymentsCaptured"}


def process(command: Command) -> Outcome:
    """What becomes of a command, whoever began it. Unavailable when that is not known yet."""
    for _ in range(_ATTEMPTS):
        try:
            return _try(command).to_outcome()
        except store.Overtaken:
            continue
    raise Unavailable("payment_busy", f"Payment {command.payment_id} is being changed elsewhere; try again.", 1)


def _try(command: Command) -> Movement:
    payment, movements = store.find(command.payment_id)
    movement = movements.get(domain.entry(command))
    if payment and movement:
        domain.check_repetition(payment, movement, command)
        return _settle(payment, movement, command, resumed=True)
    gift_cards.check_guesses(command)
    if payment and payment.status == domain.CAPTURING:
        # Whether there is something to void or to refund is known when the capture is; its caller may never come back.
        _settle(payment, movements[CAPTURE], Command(CAPTURE, payment.payment_id), resumed=True)
        raise store.Overtaken
    after, movement = domain.begin(payment, command)
    store.begin(payment, after, movement)
    return _settle(after, movement, command, resumed=False)


def _settle(payment: Payment, movement: Movement, command: Command, resumed: bool) -> Movement:
    if movement.state != domain.REQUESTED:
        return movement
    if not gift_cards.is_gift_card(payment):
        return _record(payment, movement, charging.charge(payment, movement, command.token, resumed))
    try:
        return _record(payment, movement, Result(True))
    except store.NotCovered:
        return _record(payment, movement, gift_cards.refuse(command))


def _record(payment: Payment, movement: Movement, result: Result) -> Movement:
    after, settled = domain.finish(payment, movement, result)
    store.finish(payment, after, settled, gift_cards.change_of_balance(payment, settled))
    _publish(settled)
    return settled


def _publish(settled: Movement) -> None:
    if settled.state != domain.DONE:
        telemetry.count("PaymentsDeclined")
    elif settled.operation in _METRICS:
        telemetry.count(_METRICS[settled.operation])
    else:
        telemetry.count_of_function(GIVEN_BACK[settled.to_outcome().status])


def lapse(before: str) -> int:
    """Voids what is held since before a moment: at a provider it would lapse by itself, on a gift card it would not."""
    payment_ids = store.waiting(before)
    for payment_id in payment_ids:
        process(Command(VOID, payment_id))
    return len(payment_ids)


def reconcile(payment_id: str) -> dict[str, Any]:
    """Finishes what is outstanding of a payment, and compares its ledger with what the provider, or its card, has."""
    for movement in _outstanding(payment_id):
        _resume(movement)
    payment, movements = store.find(payment_id)
    ledger, left = domain.sum_ledger(movements.values()), _outstanding(payment_id)
    books = _books(payment) if payment else domain.sum_ledger([])
    return {
        "payment_id": payment_id,
        "status": payment.status if payment else None,
        "ledger": ledger,
        "provider": books,
        "outstanding": [movement.entry for movement in left],
        "balanced": ledger == books and not left,
    }


def _outstanding(payment_id: str) -> list[Movement]:
    return [movement for movement in store.find(payment_id)[1].values() if movement.state == domain.REQUESTED]


def _resume(movement: Movement) -> None:
    """Finishes a movement, but for an authorisation that the provider has never seen: that needs its token."""
    payment, _ = store.find(movement.payment_id)
    if not payment:
        return
    if movement.operation == AUTHORIZE and not gift_cards.is_gift_card(payment):
        if result := charging.find(movement):
            _record(payment, movement, result)
    else:
        _settle(payment, movement, Command(movement.operation, movement.payment_id), resumed=True)


def _books(payment: Payment) -> domain.Books:
    if gift_cards.is_gift_card(payment):
        return domain.sum_ledger(store.gift_card_movements(payment))
    return charging.read_books(payment.payment_id)
