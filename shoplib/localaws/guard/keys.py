"""Whose secrets the engine knows: its own key's, its services' own, and those that IAM and STS gave out."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from shoplib.localaws import own_keys

ISSUED = ("AKIA", "ASIA", "LKIA", "LSIA")  # how keys of users and of sessions begin


@dataclass(frozen=True, slots=True)
class Secret:
    """`token` is the session token that must come with it, empty for lasting keys."""

    value: str
    token: str = ""


class Keys:
    """`compose` waits until IAM and STS are there."""

    def __init__(self, key_id: str, secret: str, compose: Callable[[], Any]) -> None:
        self._own = {key_id: Secret(secret)}
        self._compose = compose
        self._sessions: dict[str, tuple[Secret, float]] = {}

    def add(self, key_id: str, secret: str) -> None:
        self._own[key_id] = Secret(secret)

    def secret_of(self, key_id: str) -> Secret | None:
        """None for a key that nobody here has been given, that was deleted, made inactive, or whose session is over."""
        own = self._own.get(key_id)
        if own is None and own_keys.is_internal(key_id):
            return Secret(own_keys.secret())
        return own or self._issued(key_id)

    def is_issued(self, key_id: str) -> bool:
        """Whether IAM or STS gave it out, be it still good or not."""
        if not key_id.startswith(ISSUED):
            return False
        self._compose()
        return key_id in self._sessions or _access_key(key_id) is not None

    def _issued(self, key_id: str) -> Secret | None:
        self._compose()
        return self._session(key_id) or _of_user(key_id)

    def _session(self, key_id: str) -> Secret | None:
        if key_id not in self._sessions and (assumed := _assumed_role(key_id)):
            self._sessions[key_id] = assumed
        secret, ends = self._sessions.get(key_id, (None, 0.0))
        return secret if time.time() < ends else None


def _assumed_role(key_id: str) -> tuple[Secret, float] | None:
    from moto.sts.models import sts_backends

    for account in list(sts_backends.values()):
        for backend in list(account.values()):
            if role := backend.get_assumed_role_from_access_key(key_id):
                secret = Secret(role.secret_access_key, role.session_token)
                return secret, role.expiration.timestamp()
    return None


def _of_user(key_id: str) -> Secret | None:
    key = _access_key(key_id)
    if key is None or key.status != "Active":
        return None
    if token := getattr(key, "session_token", ""):  # of GetSessionToken
        ends = key.expiration.replace(tzinfo=UTC).timestamp()
        return Secret(key.secret_access_key, token) if time.time() < ends else None
    return Secret(key.secret_access_key) if key.user_name else None


def _access_key(key_id: str) -> Any:
    """moto's key of a user or of a session; None when there is none."""
    from moto.iam.models import iam_backends

    backends = [each for account in list(iam_backends.values()) for each in list(account.values())]
    return next((each.access_keys[key_id] for each in backends if key_id in each.access_keys), None)
