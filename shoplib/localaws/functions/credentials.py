"""The credentials of a function's role, as AWS puts them into the environment."""

import threading

from moto.sts.models import sts_backends
from moto.utilities.utils import get_partition

from shoplib.localaws.functions.blueprint import Blueprint

SESSION_S = 12 * 3600


class RoleCredentials:
    """Assumes each function's role once: moto searches all its sessions at every request, so they must stay few."""

    def __init__(self) -> None:
        self._sessions: dict[tuple[str, str], dict[str, str]] = {}
        self._lock = threading.Lock()
        self._functions: dict[str, str] = {}

    def variables(self, blueprint: Blueprint) -> dict[str, str]:
        """AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN of a session named after the function."""
        key = (blueprint.role, blueprint.arn)
        with self._lock:
            if key not in self._sessions:
                session = self._sessions[key] = _assume(blueprint)
                self._functions[session["AWS_ACCESS_KEY_ID"]] = blueprint.arn
            return self._sessions[key]

    def forget(self) -> None:
        """Assume all roles anew: the sessions are not those of this state."""
        with self._lock:
            self._sessions.clear()
            self._functions.clear()

    def function_of(self, access_key: str) -> str:
        """ARN of the function that has this key; empty for anybody else's."""
        return self._functions.get(access_key, "")


def _session_name(function: str) -> str:
    """A session's name has two letters at least."""
    return function if len(function) > 1 else f"{function}@lambda_function"


def _assume(blueprint: Blueprint) -> dict[str, str]:
    backend = sts_backends[blueprint.account_id][get_partition(blueprint.region)]
    session = backend.assume_role(
        region_name=blueprint.region,
        role_session_name=_session_name(blueprint.function_name),
        role_arn=blueprint.role,
        policy="",
        duration=SESSION_S,
        external_id="",
    )
    return {
        "AWS_ACCESS_KEY_ID": session.access_key_id,
        "AWS_SECRET_ACCESS_KEY": session.secret_access_key,
        "AWS_SESSION_TOKEN": session.session_token,
    }
