"""The way of an order from a cart into the queue. Every step can be repeated, and can be overtaken by another attempt.

Claim the cart, price it, take the payment; then queue the order and remove the cart. An attempt that dies anywhere is
finished by the next one under the same key, and an accepted order by whoever finds its claim.
"""

from dataclasses import dataclass, replace
from typing import Any

from shoplib.core import clock, events, ids, telemetry
from shoplib.core.carts import Caller
from shoplib.core.errors import PaymentDeclined, ShopError
from shoplib.services.checkout import claiming, domain, profiles, quoting, store, unpaid
from shoplib.services.checkout.domain import Checkout, Claim, Decision, Draft


@dataclass(frozen=True)
class Attempt:
    """A checkout, what its caller shows, the caller's cart if there is one, and the visit that it is a part of.
    `source` is a fingerprint of the network address that it comes from, `language` what its caller's program prefers.
    """

    checkout: Checkout
    caller: Caller
    cart: dict[str, Any] | None
    visit: events.Visit
    source: str
    language: str


def place(attempt: Attempt) -> Draft:
    """Brings a checkout to its accepted order, whoever began it. PaymentDeclined, Conflict and others if it cannot."""
    order_id = attempt.checkout.order_id
    draft = store.draft(order_id)
    if draft:
        domain.same_request(draft, attempt.checkout.request)
        if decision := store.decision(order_id):
            return _settle(attempt, draft, decision)
    claim = _claim_of(attempt, draft)
    while standing := claiming.take(claim):
        if own := _own_order(attempt, claim, standing):
            return own
    return _settle(attempt, *_paid(attempt, claim))


def _claim_of(attempt: Attempt, draft: Draft | None) -> Claim:
    """The claim that the attempt needs: on the version that was drafted, else on the cart as it is."""
    cart, checkout = attempt.cart, attempt.checkout
    if not draft and not (cart and cart["lines"]):
        raise _nothing_to_buy(attempt)
    version = draft.cart_version if draft else int((cart or {})["version"])
    return Claim(checkout.request.cart_id, version, checkout.owner, checkout.order_id, holder=ids.new_id())


def _nothing_to_buy(attempt: Attempt) -> ShopError:
    """No cart, or an empty one. When that is so because it was bought, its owner may know."""
    claim = store.claim(attempt.checkout.request.cart_id)
    if claim and claim.owner == attempt.checkout.owner and domain.explains(claim, attempt.cart):
        return domain.already_ordered(claim, attempt.checkout.owner)
    return domain.empty_cart() if attempt.cart else domain.no_such_cart()


def _own_order(attempt: Attempt, claim: Claim, standing: Claim) -> Draft | None:
    """This attempt's own order, if that is what stands in its way; Conflict when the cart was bought by another."""
    draft = store.draft(standing.order_id)
    if draft and standing.state == domain.ACCEPTED:
        _finish(draft, attempt.caller)
    if standing.order_id == claim.order_id:
        return draft
    if standing.version >= claim.version:
        raise domain.already_ordered(standing, claim.owner)
    return None


def _paid(attempt: Attempt, claim: Claim) -> tuple[Draft, Decision]:
    """The priced order and what was decided on its payment, when both are stored."""
    with claiming.alive(claim):
        try:
            attempt = _completed(attempt)
            request = attempt.checkout.request
            draft = _draft(attempt, claim)
            decision = store.authorize(draft.order, request, attempt.source)
        except Exception:
            if store.release(claim):
                _give_back(attempt, claim)
            raise
        if not decision.approved:
            _give_back(attempt, claim)
        if not store.record(draft.order, request.method, decision, claim):
            raise domain.in_progress(claim.order_id)
    return draft, decision


def _completed(attempt: Attempt) -> Attempt:
    """The attempt with what its request takes from the profile, and a language."""
    checkout = attempt.checkout
    request = profiles.complete(checkout.request, checkout.owner)
    request = replace(request, language=request.language or attempt.language)
    return replace(attempt, checkout=replace(checkout, request=request))


def _draft(attempt: Attempt, claim: Claim) -> Draft:
    known = store.draft(claim.order_id)
    draft = known or _priced(attempt)
    if draft:
        unpaid.note(draft.order, claim.holder)
        quoting.redeem(draft.order, claim.holder)
    if draft and not known:
        draft = store.keep(draft, domain.steps(draft.order, attempt.visit.user_agent))
    if not draft or draft.cart_version != claim.version:
        raise domain.in_progress(
            claim.order_id
        )  # another attempt under this key was faster; the next one sees its draft
    domain.same_request(draft, attempt.checkout.request)
    return draft


def _priced(attempt: Attempt) -> Draft | None:
    """The order for the cart at this moment's quote, which is the one that the shopper confirmed."""
    checkout, cart = attempt.checkout, attempt.cart
    if not cart:
        return None
    quote = quoting.quote(cart, checkout.request)
    quoting.confirm(checkout.request, cart, quote)
    return domain.draft(checkout, cart, quote, attempt.visit, clock.now())


def _give_back(attempt: Attempt, claim: Claim) -> None:
    """The use of a promotion code that this attempt has counted, if any."""
    if "promotion_code" in attempt.checkout.request.wishes:
        quoting.give_back(claim.order_id, claim.holder)


def _settle(attempt: Attempt, draft: Draft, decision: Decision) -> Draft:
    if not decision.approved:
        telemetry.count("PaymentsDeclined")
        raise PaymentDeclined("payment_declined", decision.reason or "The payment was declined.")
    _finish(draft, attempt.caller)
    return draft


def _finish(draft: Draft, caller: Caller) -> None:
    """Queues an accepted order and removes its cart, unless both is done."""
    claim = store.claim(draft.cart_id)
    if not claim or claim.order_id != draft.order.order_id or claim.state == domain.FINISHED:
        return
    store.enqueue(draft.order)
    store.remove_cart(draft, caller)
    store.finish(claim)
    telemetry.count("CheckoutsAccepted")
