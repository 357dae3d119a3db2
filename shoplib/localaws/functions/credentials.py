"""The credentials of a function's role, as AWS puts them into the environment."""

import threading

from shoplib.localaws.functions.blueprint import Blueprint
from shoplib.localaws.role_sessions import assume


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
    session = assume(blueprint.role, _session_name(blueprint.function_name), blueprint.region)
    return {
        "AWS_ACCESS_KEY_ID": session.access_key_id,
        "AWS_SECRET_ACCESS_KEY": session.secret_access_key,
        "AWS_SESSION_TOKEN": session.session_token,
    }
