"""Guessing passwords is slow, for whoever does it, and never takes the machine: back-off and few hashes at a time."""

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

from shoplib.core import clock, config, ids
from shoplib.core.errors import TooManyRequests
from shoplib.services.accounts import counters, domain
from shoplib.services.accounts.config import PlacesConfig

_TRIES = 5
# Longer than any hash; after a crash the place is free again.
_LEASE = timedelta(seconds=10)
_PATIENCE_SECONDS = 5.0


@dataclass(frozen=True)
class Attempt:
    """What counts as a guess, of an account and from an address or from an address alone, until it is forgiven."""

    account: str | None
    address: str


def attempt(account: str, source_address: str) -> Attempt:
    """Counts a sign-in before its password is looked at. TooManyRequests while the account or the address has to wait.

    Accounts that do not exist are counted alike.
    """
    new = attempt_from(source_address)
    key = _account(account)
    _count("account", key)
    return replace(new, account=key)


def attempt_from(source_address: str) -> Attempt:
    """Counts what might be a guess of who has an account."""
    new = Attempt(None, f"ADDRESS#{ids.fingerprint(source_address)}")
    _count("address", new.address)
    return new


def forgive(attempt: Attempt) -> None:
    """It was no guess: the account starts anew, the address had one guess less."""
    if attempt.account:
        counters.forget_guesses(attempt.account)
    counters.take_back_guess(attempt.address)


def forget(email: str) -> None:
    """Lets an account be signed in to at once: its owner has proved to be that."""
    counters.forget_guesses(_account(email))


@contextmanager
def one_of_few() -> Iterator[None]:
    """The time in which a password is hashed, at few places at once. TooManyRequests when none becomes free."""
    holder, places = ids.new_id(), config.load(PlacesConfig).passwords_at_once
    place = _place(holder, places)
    try:
        yield
    finally:
        counters.leave_place(place, holder)


def _count(kind: str, key: str) -> None:
    for _ in range(_TRIES):
        now = clock.now()
        if counters.count_guess(key, domain.FREE_GUESSES[kind], now):
            return
        seen = counters.guesses(key)
        if seconds := domain.pause(seen, kind, now):
            raise TooManyRequests("too_many_sign_ins", f"Too many sign-ins failed; try again in {seconds} s.", seconds)
        forgotten = now - seen.last >= domain.FORGOTTEN_AFTER
        if counters.count_next(key, seen, 1 if forgotten else seen.count + 1, now):
            return
    raise TooManyRequests("too_many_sign_ins", "Too many sign-ins at once; try again in 1 s.", 1)


def _place(holder: str, places: int) -> int:
    until = time.monotonic() + _PATIENCE_SECONDS
    while True:
        number = random.randrange(places)
        if counters.take_place(number, holder, clock.now(), _LEASE):
            return number
        if time.monotonic() > until:
            raise TooManyRequests("accounts_busy", "Many are signing in just now; try again in 2 s.", 2)
        time.sleep(random.uniform(0.02, 0.08))


def _account(name: str) -> str:
    return f"ACCOUNT#{ids.fingerprint(name)}"
