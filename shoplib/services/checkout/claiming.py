"""A cart is bought once: whoever pays for it holds a claim on it, and gives signs of life.

A claim is not held by the clock. Who finds one that is held looks whether its beat goes on; when it stands still the
holder is dead, and the claim is taken over on the condition that it stood still to the end. A holder that was only slow
finds its claim gone when it wants to record the payment: nothing is charged twice.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

from shoplib.services.checkout import domain, store
from shoplib.services.checkout.domain import Claim

BEAT_SECONDS = 0.4
# A holder that gave no sign for so long is dead.
PATIENCE_SECONDS = 1.5
_LOOK_SECONDS = 0.05


def take(claim: Claim) -> Claim | None:
    """Makes the claim the caller's own: None. Otherwise the claim that stands in its way: of this order itself, of one
    that bought the cart already, or of one that was accepted and never finished.

    Conflict when somebody is paying for the cart just now.
    """
    while True:
        standing = _at_rest(claim)
        if standing and _stands(standing, claim):
            return standing
        if store.take(claim, standing):
            return None


def _stands(standing: Claim, claim: Claim) -> bool:
    if standing.state == domain.FINISHED:
        return standing.order_id == claim.order_id or standing.version >= claim.version
    return standing.state == domain.ACCEPTED


def _at_rest(claim: Claim) -> Claim | None:
    """The claim on a cart when nobody works on it. Conflict while somebody does."""
    now = first = store.claim(claim.cart_id)
    until = time.monotonic() + PATIENCE_SECONDS
    while first and now and now.state != domain.FINISHED and time.monotonic() < until:
        if (now.holder, now.beat) != (first.holder, first.beat):
            raise domain.in_progress(claim.order_id)
        time.sleep(_LOOK_SECONDS)
        now = store.claim(claim.cart_id)
    return now


@contextmanager
def alive(claim: Claim) -> Iterator[None]:
    """The time in which the holder of a claim works: its beat goes on until the end."""
    done = Event()
    heart = Thread(target=_beat, args=(claim, done), daemon=True)
    heart.start()
    try:
        yield
    finally:
        done.set()
        heart.join()


def _beat(claim: Claim, done: Event) -> None:
    while not done.wait(BEAT_SECONDS) and store.beat(claim):
        pass
