"""The language of payments: what checkout and orders ask of the payments service, and what it answers.

A payment is named after its order. Each command has one effect per (payment_id, operation, refund_id), however often it
is sent; the same command with another content is refused.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from shoplib.core import checks, commands, money, telemetry
from shoplib.core.errors import InvalidRequest, Unavailable

AUTHORIZE, CAPTURE, VOID, REFUND = OPERATIONS = ("authorize", "capture", "void", "refund")
METHODS = ("card", "paypal", "gift_card")
GIFT_CARD = METHODS[2]
AUTHORIZED, DECLINED, CAPTURED, VOIDED, REFUNDED = "authorized", "declined", "captured", "voided", "refunded"
# Metrics of what makes a payment undone: those who ask for it count it, and the payments service does.
GIVEN_BACK = {VOIDED: "PaymentsVoided", REFUNDED: "PaymentsRefunded"}


@dataclass(frozen=True)
class Command:
    """`token` stands for a card or an account at the provider, or is a gift card's code. A capture without an amount is
    one of all that was authorised. `source` is a fingerprint of where the request came from: guesses are counted by it.
    """

    operation: str
    payment_id: str
    amount_minor: money.Amount | None = None
    currency: str | None = None
    method: str | None = None
    token: str | None = None
    refund_id: str | None = None
    source: str | None = None

    def to_message(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value is not None}


@dataclass(frozen=True)
class Outcome:
    """`status` is authorized, declined, captured, voided or refunded; `reason` says why one was declined."""

    status: str
    reason: str | None = None

    def to_message(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value is not None}


def authorize(
    payment_id: str, amount_minor: money.Amount, currency: str, method: str, token: str, source: str | None = None
) -> Command:
    """Holds an amount."""
    return Command(AUTHORIZE, payment_id, amount_minor, currency, method, token, source=source)


def capture(payment_id: str, amount_minor: money.Amount | None = None) -> Command:
    """Takes what was authorised, or less."""
    return Command(CAPTURE, payment_id, amount_minor)


def void(payment_id: str) -> Command:
    """Gives a hold back. A payment that was never authorised will not be any more."""
    return Command(VOID, payment_id)


def refund(payment_id: str, refund_id: str, amount_minor: money.Amount) -> Command:
    """Gives back a part of what was captured; all refunds together are never more than that."""
    return Command(REFUND, payment_id, amount_minor, refund_id=refund_id)


def request(invoke: commands.Invoke, function_name: str, command: Command) -> Outcome:
    """What the payments service makes of a command. Unavailable when it, or the provider, does not answer: sending the
    same command again goes on where this one stopped."""
    if not function_name:
        message = (
            "There is no payments service: deploy the template `payments`, and this one with its PaymentsFunctionName."
        )
        raise Unavailable("no_payments", message)
    answer = commands.send(invoke, function_name, command.to_message(), "payment_unavailable")
    if metric := GIVEN_BACK.get(answer["status"]):
        telemetry.count_of_function(metric, called=function_name)
    return Outcome(answer["status"], answer.get("reason"))


def parse(message: Mapping[str, Any]) -> Command:
    """The command in a message. InvalidRequest names the field that is wrong."""
    operation = checks.choice(message, "operation", OPERATIONS)
    return _READ[operation](checks.identifier(message, "payment_id", maximum=64), message)


def _authorization(payment_id: str, message: Mapping[str, Any]) -> Command:
    return authorize(
        payment_id,
        _amount(message, low=0),
        checks.currency(message),
        checks.choice(message, "method", METHODS),
        checks.identifier(message, "token", maximum=100),
        checks.optional_text(message, "source", maximum=100),
    )


def _capture(payment_id: str, message: Mapping[str, Any]) -> Command:
    return capture(payment_id, _amount(message, low=0) if message.get("amount_minor") is not None else None)


def _void(payment_id: str, _message: Mapping[str, Any]) -> Command:
    return void(payment_id)


def _refund(payment_id: str, message: Mapping[str, Any]) -> Command:
    refund_id = checks.identifier(message, "refund_id", maximum=64)
    amount = _amount(message, low=0)
    if not amount:
        raise InvalidRequest("amount_minor of a refund must be more than 0.")
    return refund(payment_id, refund_id, amount)


_READ = {AUTHORIZE: _authorization, CAPTURE: _capture, VOID: _void, REFUND: _refund}


def _amount(message: Mapping[str, Any], low: int) -> money.Amount:
    amount = checks.amount(message, "amount_minor")
    if amount < low:
        raise InvalidRequest(f"amount_minor must not be less than {low}.")
    return amount
