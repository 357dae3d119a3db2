"""A payment provider that takes no money: what it decides depends on the token alone.

| token | decision |
|---|---|
| tok_visa, tok_mastercard, tok_paypal | approved |
| tok_declined | declined |
| tok_insufficient_funds | declined, for want of money |
| tok_timeout | no answer |

An approval holds the amount. The hold lapses by itself when the order is never confirmed: a rejected order costs
nothing.
"""

from dataclasses import dataclass

from shoplib.core.errors import InvalidRequest, Unavailable

METHODS = ("card", "paypal")
_APPROVED = ("tok_visa", "tok_mastercard", "tok_paypal")
_DECLINED = {
    "tok_declined": "The payment was declined.",
    "tok_insufficient_funds": "The payment was declined: insufficient funds.",
}


@dataclass(frozen=True)
class Decision:
    """`reason` says why a payment was not approved."""

    approved: bool
    reason: str | None = None


def decide(token: str) -> Decision:
    """The provider's decision. Unavailable when it does not answer: nothing was charged, a retry may be approved."""
    if token in _APPROVED:
        return Decision(True)
    if token in _DECLINED:
        return Decision(False, _DECLINED[token])
    if token == "tok_timeout":
        raise Unavailable(
            "payment_timeout", "The payment provider did not answer; try again with the same Idempotency-Key."
        )
    raise InvalidRequest("payment.token is unknown to the payment provider; tok_visa is one it approves.")
