"""StackPort's application in this process, on a port of 127.0.0.1, behind the gate."""

import importlib
import os
import secrets
import socket
import threading
from dataclasses import dataclass
from importlib import metadata
from typing import Any

from shoplib.console.gate import Gate
from shoplib.errors import LabError
from shoplib.localaws import Engine
from shoplib.localaws.available_services import is_available

ENDPOINT = "local"
DISTRIBUTION = "stackport"
INSTALL = "`pip install 'shoplib[console]'`, in a checkout `uv sync --extra console`"


@dataclass(frozen=True)
class Console:
    """Bound to its port, not yet serving. `address` has the token that lets a browser in."""

    listener: socket.socket
    token: str
    gate: Gate

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}/?token={self.token}"

    def serve(self) -> None:
        """Until Ctrl-C. What StackPort is still asking then is left to the process, which should end."""
        uvicorn = importlib.import_module("uvicorn")  # comes with StackPort
        server = uvicorn.Server(uvicorn.Config(self.gate, log_level="warning", access_log=False))
        serving = threading.Thread(target=server.run, args=([self.listener],), daemon=True)
        serving.start()
        while serving.is_alive():
            serving.join(1)  # Windows delivers no signal during an unbounded wait


def prepare(engine: Engine, folder: str, port: int = 0) -> Console:
    """The console of this engine; it keeps what it must in `folder`. It takes this process's environment over, which
    StackPort reads when it is imported. LabError when StackPort is not installed, or the port is taken."""
    _require_installed()
    listener = _listener(port)
    _set_environment(engine, folder)
    token = secrets.token_urlsafe(24)
    gate = Gate(_application(), listener.getsockname()[1], token, ENDPOINT)
    return Console(listener, token, gate)


def _require_installed() -> None:
    try:
        metadata.version(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        raise LabError("StackPort is not installed", INSTALL) from None


def _listener(port: int) -> socket.socket:
    try:
        return socket.create_server(("127.0.0.1", port))
    except (OSError, OverflowError) as error:
        raise LabError(f"cannot listen on 127.0.0.1:{port}: {error}", "choose another port, or 0 for any") from None


def _set_environment(engine: Engine, folder: str) -> None:
    for name in [name for name in os.environ if name.startswith(("AWS_", "STACKPORT_"))]:
        del os.environ[name]
    os.environ.update(
        {
            "AWS_ACCESS_KEY_ID": engine.key_id,
            "AWS_SECRET_ACCESS_KEY": engine.secret,
            "AWS_REGION": engine.region,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled",
            "NO_PROXY": "127.0.0.1",
            "STACKPORT_ENDPOINTS": f"{ENDPOINT}={engine.url}",
            "STACKPORT_DATA_DIR": folder,
            "LOG_LEVEL": "WARNING",
        }
    )


def _application() -> Any:
    """StackPort's module has a common name: another `backend` on the path is not it."""
    config: Any = importlib.import_module("backend.config")
    if config.__file__ is None or not _is_stackports(config.__file__):
        raise LabError(f"{config.__file__} is not StackPort's", "run this command in another folder")
    config.STACKPORT_SERVICES = ",".join(filter(is_available, config.STACKPORT_SERVICES.split(",")))
    return importlib.import_module("backend.main").app


def _is_stackports(file: str) -> bool:
    files = metadata.files(DISTRIBUTION) or []
    return any(each.name == "config.py" and os.path.realpath(each.locate()) == os.path.realpath(file) for each in files)
