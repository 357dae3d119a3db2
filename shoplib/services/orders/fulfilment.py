"""The way of an order, step by step. Every step can be repeated and can be overtaken by another delivery.

Stock is reserved, then the payment is captured, then the order is recorded as confirmed. A state that asks for more is
recorded as `pending`, and what it asks for is done right after: what fails or dies is done again by `resume`.
Reservations and payments know the order's id, so a repetition changes nothing, and what is given back first cannot be
taken later.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from shoplib.core import money, payments, stock, telemetry
from shoplib.core.errors import Conflict, ShopError, Unavailable
from shoplib.core.orders import Order
from shoplib.services.orders import domain, forgetting, states, store
from shoplib.services.orders.domain import Progress

Answer = stock.Outcome | ShopError


def reserve(orders: Sequence[Order]) -> list[Answer]:
    """What becomes of the stock of new orders, one by one: two invocations at most for all of them."""
    commands = [domain.stock_command(order) for order in orders]
    answers: dict[int, Answer] = {}
    for takes in (True, False):
        chosen = {number: each for number, each in enumerate(commands) if (each.operation != stock.RESTOCK) is takes}
        answers |= zip(chosen, _answers(list(chosen.values()), takes), strict=True)
    return [answers[number] for number in range(len(commands))]


def _answers(commands: list[stock.Command], takes: bool) -> Sequence[Answer]:
    try:
        return store.take_stock(commands) if takes else store.give_stock(commands)
    except ShopError as error:
        return [error] * len(commands)


def begin(order: Order, answer: Answer) -> Progress:
    """Records a new order as its stock and its payment have it; one that is recorded already stays as it is."""
    if isinstance(answer, ShopError):
        raise answer
    progress = domain.first(order, answer)
    if progress.status == states.PLACED:
        progress = _take_payment(progress)
    try:
        progress = store.add(progress)
    except store.Overtaken:
        forgetting.forget_late(order)
        return store.require(order.order_id)
    forgetting.forget_late(order)
    return try_to_advance(progress) if progress.status == states.REJECTED else progress


def _take_payment(progress: Progress) -> Progress:
    """A placed order with its payment taken: confirmed; rejected when it is refused; as it is while nobody answers."""
    try:
        outcome = _capture(progress.order)
    except Unavailable as error:
        telemetry.logger().warning("the payment is captured later", extra={"code": error.code})
        return progress
    except ShopError as error:
        outcome = payments.Outcome(payments.DECLINED, error.message)
    if outcome.status == payments.CAPTURED:
        return replace(progress, status=states.CONFIRMED, pending=False, sold=True)
    return replace(progress, status=states.REJECTED, reason=f"payment_{outcome.status}: {outcome.reason}")


def _capture(order: Order) -> payments.Outcome:
    if not (domain.of_shop(order) and store.takes_payments()):
        return payments.Outcome(payments.CAPTURED)
    return store.pay(payments.capture(order.order_id, order.total_minor))


def resume() -> int:
    """Does what is pending of orders, the oldest first; answers for how many it could be done."""
    done = [progress for progress in store.pending() if not try_to_advance(progress).pending]
    return len(done)


def try_to_advance(progress: Progress) -> Progress:
    """Does what an order's status asks for. What is not possible now stays pending."""
    try:
        return advance(progress)
    except store.Overtaken:
        return store.require(progress.order.order_id)
    except ShopError as error:
        telemetry.count("OrdersWaiting")
        telemetry.logger().warning("not possible now", extra={"status": progress.status, "code": error.code})
        return progress


def advance(progress: Progress) -> Progress:
    """As `try_to_advance`; raises what was in the way."""
    return _WORK[progress.status](progress) if progress.pending else progress


def _confirm(progress: Progress) -> Progress:
    paid = _take_payment(progress)
    if paid.status == progress.status:
        return progress
    name = "confirm" if paid.status == states.CONFIRMED else "reject"
    return try_to_advance(store.move(progress, name, states.SHOP, reason=paid.reason, sold=paid.sold))


def _ask_again(progress: Progress) -> Progress:
    """A backordered order whose products may be here by now."""
    (answer,) = store.take_stock([domain.stock_command(progress.order)])
    if isinstance(answer, ShopError):
        raise answer
    if answer.status == stock.RESERVED:
        return _confirm(progress)
    if answer.status == stock.WAITING:
        return progress if answer.expected == progress.expected else store.expect(progress, answer.expected)
    return store.require(progress.order.order_id)  # it was cancelled: its stock is released


def undo(progress: Progress) -> Progress:
    """Gives stock and money of a rejected or cancelled order back."""
    order = progress.order
    _give_stock(stock.Command(stock.RELEASE, order.order_id, domain.pieces(order)))
    if domain.of_shop(order) and store.takes_payments():
        _give_money_back(order)
    return store.done(progress)


def _give_money_back(order: Order) -> None:
    """All of it: what is held, or what was captured meanwhile."""
    try:
        _pay(payments.void(order.order_id), payments.VOIDED)
    except Conflict:
        _refund(order, "cancellation", order.total_minor)


def _refund(order: Order, refund_id: str, amount: money.Amount) -> None:
    if amount and store.takes_payments():
        _pay(payments.refund(order.order_id, refund_id, amount), payments.REFUNDED)


def _pay(command: payments.Command, expected: str) -> None:
    outcome = store.pay(command)
    if outcome.status != expected:
        raise Unavailable("payment_refused", f"{command.operation} was refused: {outcome.reason}; it is tried again.")


def _take_out(progress: Progress) -> Progress:
    """Packed pieces leave the stock."""
    _give_stock(stock.Command(stock.SHIP, progress.order.order_id, domain.pieces(progress.order)))
    return store.done(progress)


def pay_back(progress: Progress) -> Progress:
    """Returned pieces go onto the shelf, and what was paid for them goes back."""
    latest = progress.latest_return
    if not latest:
        raise LookupError(f"Order {progress.order.order_id} is returned, but not what of it.")
    _give_stock(domain.return_command(progress, latest))
    _refund(progress.order, domain.refund_id(latest), latest.refund_minor)
    return store.move(progress, "refund", states.SHOP)


def _give_stock(command: stock.Command) -> None:
    (answer,) = store.give_stock([command])
    if isinstance(answer, ShopError):
        raise answer


_WORK = {
    states.PLACED: _confirm,
    states.BACKORDERED: _ask_again,
    states.REJECTED: undo,
    states.CANCELLED: undo,
    states.PACKED: _take_out,
    states.RETURNED: pay_back,
}


def change(progress: Progress, name: str, *actors: str, **changes: Any) -> Progress:
    """Does to an order what somebody asks for, and what its new status asks for then. Once is enough: an order that was
    brought there already stays as it is. Conflict when its status does not allow it."""
    while True:
        if progress.status in states.targets(name):
            return progress
        try:
            return try_to_advance(store.move(_at_rest(progress), name, *actors, **changes))
        except store.Overtaken:
            progress = store.require(progress.order.order_id)


def _at_rest(progress: Progress) -> Progress:
    """Packed pieces have left the stock before anything else happens to an order."""
    return advance(progress) if progress.status == states.PACKED else progress


def request_return(progress: Progress, body: Mapping[str, Any]) -> Progress:
    """A buyer's return of pieces. The same request again is the same return."""
    while True:
        if progress.status == states.RETURN_REQUESTED and domain.is_requested(progress.latest_return, body):
            return progress
        states.after(progress.status, "request_return", states.BUYER)
        latest = domain.requested_return(progress, body)
        try:
            return store.move(progress, "request_return", states.BUYER, latest_return=latest, returned=progress.back)
        except store.Overtaken:
            progress = store.require(progress.order.order_id)
