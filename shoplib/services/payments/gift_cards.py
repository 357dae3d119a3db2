"""Gift cards: a balance in the shop's own books. A code is a secret; what is stored of it is its fingerprint."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shoplib.core import checks, clock, ids, money
from shoplib.core.errors import InvalidRequest, TooManyRequests
from shoplib.core.payments import AUTHORIZE, GIFT_CARD, Command
from shoplib.services.payments import store
from shoplib.services.payments.domain import Movement, Payment, Result

# One answer for an unknown code and for a balance that is too small: whoever guesses learns nothing.
NOT_COVERED = "The payment was declined: no gift card of this code covers the amount."
FREE_GUESSES = 10
WINDOW_SECONDS = 600
# Crockford's alphabet, without letters that look like digits: 16 of them are 80 random bits.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_BLOCKS, _BLOCK = 4, 4


@dataclass(frozen=True)
class NewCard:
    """A gift card, and the code that is shown this once."""

    code: str
    amount_minor: money.Amount
    currency: str


def issue(message: Mapping[str, Any]) -> NewCard:
    """A new gift card of an amount."""
    amount = checks.amount(message, "amount_minor")
    if amount <= 0:
        raise InvalidRequest("amount_minor of a gift card must be more than 0.")
    card = NewCard(_new_code(), amount, checks.currency(message))
    store.add_gift_card(ids.fingerprint(card.code), card.amount_minor, card.currency)
    return card


def is_gift_card(payment: Payment) -> bool:
    return payment.method == GIFT_CARD


def check_guesses(command: Command) -> None:
    """TooManyRequests when too many codes that do not pay came from where this command is from."""
    if command.operation != AUTHORIZE or command.method != GIFT_CARD:
        return
    if store.guesses(_window(command)) >= FREE_GUESSES:
        seconds = WINDOW_SECONDS - clock.epoch_seconds(clock.now()) % WINDOW_SECONDS
        raise TooManyRequests("too_many_gift_cards", f"Too many gift cards were declined; try in {seconds} s.", seconds)


def refuse(command: Command) -> Result:
    """The result for a card that does not cover the amount, counted as a guess."""
    store.count_guess(_window(command), clock.epoch_seconds(clock.now()) + WINDOW_SECONDS)
    return Result(False, NOT_COVERED)


def change_of_balance(payment: Payment, movement: Movement) -> money.Amount | None:
    """What a payment holds or takes, its card has less; None when the movement is none of a card's ledger."""
    if not is_gift_card(payment) or not (movement.held_minor or movement.captured_minor):
        return None
    return -(movement.held_minor + movement.captured_minor)


def _window(command: Command) -> str:
    moment: datetime = clock.now()
    return f"{command.source or 'unknown'}#{clock.epoch_seconds(moment) // WINDOW_SECONDS}"


def _new_code() -> str:
    blocks = ("".join(secrets.choice(_ALPHABET) for _ in range(_BLOCK)) for _ in range(_BLOCKS))
    return "-".join(blocks)
