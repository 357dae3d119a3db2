"""The local AWS: one engine process per user on 127.0.0.1, moto plus what moto lacks.

`start()` joins or starts the engine and keeps it alive until this process ends or calls `leave()`;
`up()` keeps it until `down()`.
Speak to it with any AWS client, which signs with its key:
`boto3.client("sqs", endpoint_url=engine.url, aws_access_key_id=engine.key_id, aws_secret_access_key=engine.secret)`.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from shoplib.localaws.client import alone, down, leave, stale, start, status, up, users
from shoplib.localaws.state import Engine

if TYPE_CHECKING:
    from shoplib.localaws.saved_states import Header


def serve(port: int = 0, ready: Callable[[Engine], None] | None = None, keys: tuple[str, str] | None = None) -> None:
    """Run an engine of its own in the foreground until Ctrl-C or SIGTERM; raises LabError when the port is taken.

    `keys` are the access key id and secret that clients must sign with; without them any local user can use it.

    `ready` is called with it when it takes requests; without one, it is printed how to reach it.
    It is not the shared engine: `start`, `status` and `down` do not see it. It takes this process over (it drops
    the `AWS_*` variables from `os.environ`), so call it from a process that does nothing else.
    """
    from shoplib.localaws.engine import serve_in_foreground

    serve_in_foreground(port, ready or _announce, keys)


def saves() -> "list[Header]":
    """The states that `shoplib save` has saved, by their names."""
    from shoplib.localaws import saved_states

    return saved_states.headers()


def delete_save(name: str) -> None:
    """Delete a saved state; LabError when there is none of that name."""
    from shoplib.localaws import saved_states

    saved_states.delete(name)


def _announce(engine: Engine) -> None:
    from shoplib.localaws import client_settings

    # Its user has chosen the secret and knows it; a terminal's history need not.
    secret = "your-secret" if engine.secret else ""
    settings = client_settings.variables(engine.url, engine.region, engine.key_id, secret)
    print(f"EMULATOR {engine.url} is ready; Ctrl-C ends it\n\n{client_settings.both(settings)}", flush=True)


__all__ = [
    "Engine",
    "alone",
    "delete_save",
    "down",
    "leave",
    "saves",
    "serve",
    "stale",
    "start",
    "status",
    "up",
    "users",
]
