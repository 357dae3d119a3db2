"""Where the shared engine writes down who it is: `engine.json`, its locks and its log, in the state directory."""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import platformdirs

from shoplib.errors import LabError
from shoplib.localaws.private_files import make_private, open_private, write_private

ACCOUNT_ID = "123456789012"
DEFAULT_REGION = "us-east-1"
ROOM = 64 * 1024


@dataclass(frozen=True)
class Engine:
    """A running engine. `url` is the endpoint of every AWS service; `started_at` is ISO 8601 in UTC.

    `key_id` and `secret` are the access key that its clients sign with; empty where any key is taken. `iam` is on where
    IAM decides what functions, users and roles may do, else off."""

    url: str
    pid: int
    region: str
    account_id: str
    started_at: str
    pinned: bool = False
    key_id: str = ""
    secret: str = field(default="", repr=False)
    iam: str = "on"
    eventual: str = "0ms"  # how old eventually consistent reads are


@dataclass(frozen=True)
class Record:
    """What `engine.json` holds: the engine, where to hold a lease, and proof that the process is still the same one."""

    engine: Engine
    lease_address: str  # of a Unix socket, or host:port
    instance: str
    process_created: float


@dataclass(frozen=True)
class StateDirectory:
    path: Path
    record: Path = field(init=False)
    log: Path = field(init=False)
    start_lock: Path = field(init=False)
    running_lock: Path = field(init=False)

    def __post_init__(self) -> None:
        for name, file in (
            ("record", "engine.json"),
            ("log", "engine.log"),
            ("start_lock", "start.lock"),
            ("running_lock", "running.lock"),
        ):
            object.__setattr__(self, name, self.path / file)


def state_directory() -> StateDirectory:
    """`SHOPLIB_STATE_DIR`, else the user's state directory of this platform. Not created: see `writable`."""
    chosen = os.environ.get("SHOPLIB_STATE_DIR")
    return StateDirectory(Path(chosen) if chosen else Path(platformdirs.user_state_dir("shoplib")))


def writable(state: StateDirectory) -> StateDirectory:
    """Make the directory, for this user alone; LabError when it cannot be made or written to."""
    try:
        make_private(state.path)
        with open_private(state.start_lock, "a"):
            return state
    except OSError as error:
        raise LabError(
            f"cannot write to the state directory {state.path}: {error.strerror or error}",
            "make it writable, or set SHOPLIB_STATE_DIR to a directory that is",
        ) from None


def require_room(state: StateDirectory) -> None:
    """LabError where the log and the record of an engine would find no room: an engine that cannot say why it ends is
    worse than none."""
    try:
        with open_private(state.log, "wb") as log:
            log.write(bytes(ROOM))
            log.flush()
            log.truncate(0)
    except OSError as error:
        raise LabError(
            f"cannot write to the state directory {state.path}: {error.strerror or error}",
            "make room there, or set SHOPLIB_STATE_DIR to another directory",
        ) from None


def read_record(state: StateDirectory) -> Record | None:
    """The record of the last engine, or None when there is none or it cannot be understood."""
    try:
        content: dict[str, Any] = json.loads(state.record.read_text(encoding="utf-8"))
        return Record(**{**content, "engine": Engine(**content["engine"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def write_record(state: StateDirectory, record: Record) -> None:
    write_private(state.record, json.dumps(asdict(record)))


def erase_record(state: StateDirectory, instance: str) -> None:
    """Remove the record, unless another engine wrote it in the meantime."""
    record = read_record(state)
    if record and record.instance == instance:
        state.record.unlink(missing_ok=True)
