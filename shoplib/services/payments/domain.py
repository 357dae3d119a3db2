"""What may become of a payment, and the ledger of its movements. No money here: the provider, or a gift card, has it.

A movement is recorded before the provider is asked (REQUESTED) and again when the answer is known: DONE, REFUSED, or
INVALID when the request itself was wrong. What the DONE ones add up to is what the provider holds and has taken.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from shoplib.core import ids, money, payments
from shoplib.core.errors import Conflict, InvalidRequest, NotFound, Unprocessable
from shoplib.core.payments import AUTHORIZE, CAPTURE, REFUND, VOID, Command, Outcome

# Of a payment. It is in one of the first three while an answer is outstanding.
AUTHORIZING, CAPTURING, VOIDING = "authorizing", "capturing", "voiding"
AUTHORIZED, DECLINED, CAPTURED, VOIDED = "authorized", "declined", "captured", "voided"
# Of a movement.
REQUESTED, DONE, REFUSED, INVALID = "requested", "done", "refused", "invalid"
VOIDED_REASON = "The payment was voided."
_STATUS = {AUTHORIZE: AUTHORIZED, CAPTURE: CAPTURED, VOID: VOIDED, REFUND: payments.REFUNDED}


@dataclass(frozen=True)
class Payment:
    """`refunded_minor` counts refunds from the moment they are requested, so that they never exceed what was captured.
    `token_hash` is the fingerprint of a card's token or of a gift card's code."""

    payment_id: str
    status: str
    amount_minor: money.Amount = 0
    currency: str = ""
    method: str = ""
    token_hash: str = ""
    held_minor: money.Amount = 0
    captured_minor: money.Amount = 0
    refunded_minor: money.Amount = 0
    since: str = ""
    version: int = 0

    @property
    def is_waiting(self) -> bool:
        """Whether something is held, or may be, that nobody has captured yet."""
        return self.status in (AUTHORIZING, AUTHORIZED)


@dataclass(frozen=True)
class Movement:
    """An entry of a payment's ledger: by how much it changes what is held and what is taken."""

    payment_id: str
    entry: str
    operation: str
    amount_minor: money.Amount
    state: str = REQUESTED
    held_minor: money.Amount = 0
    captured_minor: money.Amount = 0
    reason: str | None = None

    @property
    def key(self) -> str:
        """The idempotency key under which the provider knows it."""
        return ids.derived_id(self.payment_id, self.entry)

    def to_outcome(self) -> Outcome:
        """What became of it. InvalidRequest when there was nothing to decide."""
        if self.state == INVALID:
            raise InvalidRequest(self.reason or "The payment provider does not understand the request.")
        return Outcome(payments.DECLINED, self.reason) if self.state == REFUSED else Outcome(_STATUS[self.operation])


@dataclass(frozen=True)
class Result:
    """The provider's answer; `valid` unless it found fault with the request itself."""

    approved: bool
    reason: str | None = None
    valid: bool = True


Change = tuple[Payment, Movement]
# `held_minor` and `captured_minor` of one payment.
Books = dict[str, money.Amount]


def entry(command: Command) -> str:
    """The name of a command's movement in the ledger of its payment."""
    return f"{command.operation}#{command.refund_id}" if command.refund_id else command.operation


def check_repetition(payment: Payment, movement: Movement, command: Command) -> None:
    """Unprocessable when a command contradicts the one that was sent before under the same name."""
    same = command.amount_minor in (None, movement.amount_minor)
    if command.operation == AUTHORIZE and payment.method:
        content = (command.currency, command.method, ids.fingerprint(command.token or ""))
        same = same and content == (payment.currency, payment.method, payment.token_hash)
    if not same:
        message = f"{entry(command)} of payment {command.payment_id} was requested before, with another content."
        raise Unprocessable("payment_command_reused", message)


def begin(payment: Payment | None, command: Command) -> Change:
    """The payment and its new movement when a command is taken on. Conflict, NotFound when it does not fit."""
    return _next(*_BEGIN[command.operation](payment, command))


def _begin_authorization(payment: Payment | None, command: Command) -> Change:
    movement = _movement(command, command.amount_minor or 0)
    if payment:
        return payment, replace(movement, state=REFUSED, reason=VOIDED_REASON)
    began = Payment(
        command.payment_id,
        AUTHORIZING,
        movement.amount_minor,
        command.currency or "",
        command.method or "",
        ids.fingerprint(command.token or ""),
    )
    return began, movement


def _begin_capture(payment: Payment | None, command: Command) -> Change:
    present = _require(payment, command)
    if present.status != AUTHORIZED:
        raise _unfit(present, "captured")
    amount = present.held_minor if command.amount_minor is None else command.amount_minor
    if amount > present.held_minor:
        raise Conflict("more_than_authorized", f"Payment {present.payment_id} holds {present.held_minor}, no more.")
    return replace(present, status=CAPTURING), _movement(command, amount)


def _begin_void(payment: Payment | None, command: Command) -> Change:
    if payment and payment.status in (CAPTURING, CAPTURED):
        raise Conflict("payment_captured", f"Payment {payment.payment_id} was captured; refund it.")
    movement = _movement(command, payment.amount_minor if payment else 0)
    if payment and payment.status in (AUTHORIZING, AUTHORIZED):
        return replace(payment, status=VOIDING), movement
    # Nothing is held, and nothing will be: whatever authorisation is still on its way comes too late.
    return payment or Payment(command.payment_id, VOIDED), replace(movement, state=DONE)


def _begin_refund(payment: Payment | None, command: Command) -> Change:
    present, amount = _require(payment, command), command.amount_minor or 0
    if present.status != CAPTURED:
        raise _unfit(present, "refunded")
    left = present.captured_minor - present.refunded_minor
    if amount > left:
        raise Conflict("more_than_captured", f"Of payment {present.payment_id}, {left} are left to be refunded.")
    return replace(present, refunded_minor=present.refunded_minor + amount), _movement(command, amount)


_BEGIN = {AUTHORIZE: _begin_authorization, CAPTURE: _begin_capture, VOID: _begin_void, REFUND: _begin_refund}


def finish(payment: Payment, movement: Movement, result: Result) -> Change:
    """The payment and its movement when the provider's answer is known."""
    if not result.approved:
        return _next(*_refuse(payment, movement, result))
    return _next(*_FINISH[movement.operation](payment, movement))


def _refuse(payment: Payment, movement: Movement, result: Result) -> Change:
    refused = replace(movement, state=REFUSED if result.valid else INVALID, reason=result.reason)
    if movement.operation == REFUND:
        return replace(payment, refunded_minor=payment.refunded_minor - movement.amount_minor), refused
    back = {AUTHORIZING: DECLINED, CAPTURING: AUTHORIZED}
    return replace(payment, status=back.get(payment.status, payment.status)), refused


def _finish_authorization(payment: Payment, movement: Movement) -> Change:
    if payment.status == VOIDED:  # meanwhile; the provider has let go of it, too
        return payment, replace(movement, state=REFUSED, reason=VOIDED_REASON)
    amount = movement.amount_minor
    status = AUTHORIZED if payment.status == AUTHORIZING else payment.status
    return replace(payment, status=status, held_minor=amount), replace(movement, state=DONE, held_minor=amount)


def _finish_capture(payment: Payment, movement: Movement) -> Change:
    amount = movement.amount_minor
    after = replace(payment, status=CAPTURED, held_minor=0, captured_minor=amount)
    return after, replace(movement, state=DONE, held_minor=-payment.held_minor, captured_minor=amount)


def _finish_void(payment: Payment, movement: Movement) -> Change:
    return replace(payment, status=VOIDED, held_minor=0), replace(movement, state=DONE, held_minor=-payment.held_minor)


def _finish_refund(payment: Payment, movement: Movement) -> Change:
    return payment, replace(movement, state=DONE, captured_minor=-movement.amount_minor)


_FINISH = {
    AUTHORIZE: _finish_authorization,
    CAPTURE: _finish_capture,
    VOID: _finish_void,
    REFUND: _finish_refund,
}


def sum_ledger(movements: Iterable[Movement]) -> Books:
    """What a payment's provider holds and has taken, after its ledger."""
    movements = list(movements)
    return {
        "held_minor": money.total(movement.held_minor for movement in movements),
        "captured_minor": money.total(movement.captured_minor for movement in movements),
    }


def _next(payment: Payment, movement: Movement) -> Change:
    return replace(payment, version=payment.version + 1), movement


def _movement(command: Command, amount: money.Amount) -> Movement:
    return Movement(command.payment_id, entry(command), command.operation, amount)


def _require(payment: Payment | None, command: Command) -> Payment:
    if not payment:
        raise NotFound("no_such_payment", f"There is no payment {command.payment_id}.")
    return payment


def _unfit(payment: Payment, what: str) -> Conflict:
    message = f"Payment {payment.payment_id} is {payment.status}; it cannot be {what}."
    return Conflict(f"payment_{payment.status}", message)
