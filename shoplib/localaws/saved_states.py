"""Saved states as files of their owner: a line that says what it is, then the state, both under a seal.

Whoever can write such a file can have the engine run anything: a file of somebody else, one that others may write or
read, and one that was not sealed with the key of this state folder are refused before they are read any further.
"""

import hashlib
import hmac
import json
import os
import re
import secrets
import stat
import sys
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from shoplib.errors import LabError
from shoplib.localaws.private_files import PRIVATE, make_private, write_private
from shoplib.localaws.state import state_directory, writable

FORMAT = 1
SUFFIX = ".snapshot"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
LONGEST_HEADER = 64 * 1024
LAST_STATE = "kept"  # the state of `shoplib up --keep`


@dataclass(frozen=True)
class Header:
    """`url` is where the engine was; `services` are those that moto has to know before the state is read."""

    name: str
    saved_at: str
    url: str
    services: tuple[str, ...]
    size: int
    format: int
    shoplib: str
    moto: str
    python: str

    @classmethod
    def of(cls, name: str, url: str, services: list[str], size: int) -> "Header":
        saved_at = datetime.now(UTC).isoformat(timespec="seconds")
        return cls(name, saved_at, url, tuple(services), size, **_versions())


def write(name: str, url: str, services: list[str], content: bytes) -> Header:
    """Whole or not at all: a save that is killed leaves the one before."""
    header = Header.of(name, url, services, len(content))
    line = json.dumps(asdict(header)).encode() + b"\n"
    seal = _seal(line, content).encode() + b"\n"
    path = path_of(name)
    write_private(path, seal + line + content)
    path.chmod(PRIVATE)
    return header


def read(name: str) -> tuple[Header, bytes]:
    """LabError for what is not there, not ours, changed, or of another version."""
    path = path_of(name)
    if not path.is_file():
        raise LabError(f"saved state not found: {name!r}", f"saved states:  {', '.join(names()) or 'none'}")
    _require_own(path)
    seal, _, rest = path.read_bytes().partition(b"\n")
    line, newline, content = rest.partition(b"\n")
    if not hmac.compare_digest(seal, _seal(line + newline, content).encode()):
        raise LabError(f"{path} was changed, or was not saved in this state folder", "save it again; it was not loaded")
    header = _header(line)
    _require_fit(path, header)
    return header, content


def headers() -> list[Header]:
    """Of all saved states, by their names; what cannot be read is left out."""
    return [header for name in names() if (header := _peek(path_of(name)))]


def names() -> list[str]:
    return sorted(path.name.removesuffix(SUFFIX) for path in _folder().glob(f"*{SUFFIX}"))


def delete(name: str) -> None:
    path = path_of(name)
    if not path.is_file():
        raise LabError(f"saved state not found: {name!r}", f"saved states:  {', '.join(names()) or 'none'}")
    path.unlink()


def path_of(name: str) -> Path:
    if not NAME.fullmatch(name):
        raise LabError(
            f"{name!r} is not a valid name of a saved state", "use letters, digits, dots, dashes and underscores"
        )
    return _folder() / f"{name}{SUFFIX}"


def _folder() -> Path:
    return state_directory().path / "saves"


def _versions() -> dict[str, Any]:
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    return {"format": FORMAT, "shoplib": version("shoplib"), "moto": version("moto"), "python": python}


def _header(line: bytes) -> Header:
    known = json.loads(line)
    return Header(**{**known, "services": tuple(known["services"])})


def _peek(path: Path) -> Header | None:
    with path.open("rb") as file:
        file.readline(LONGEST_HEADER)
        line = file.readline(LONGEST_HEADER)
    try:
        return _header(line)
    except (ValueError, TypeError, KeyError):
        return None


def _require_fit(path: Path, header: Header) -> None:
    for name, here in _versions().items():
        there = getattr(header, name)
        if there != here:
            raise LabError(
                f"the saved state {header.name!r} was made with {name} {there}, and this is {name} {here}",
                f"load it with {name} {there}, or deploy and save again",
            )


def _require_own(path: Path) -> None:
    if os.name != "posix":
        return  # Windows keeps a user's folders from others by inherited rights
    status = path.lstat()
    if stat.S_ISLNK(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & 0o077:
        raise LabError(
            f"{path} can be accessed by other users", "it was not loaded: a saved state can run code, as a program can"
        )


def _seal(line: bytes, content: bytes) -> str:
    seal = hmac.new(_key(), line, hashlib.sha256)
    seal.update(content)
    return seal.hexdigest()


def _key() -> bytes:
    """Made with the first save, in the state folder, for its owner alone."""
    state = writable(state_directory())
    make_private(state.path / "saves")
    path = state.path / "snapshot.key"
    if not path.exists():
        write_private(path, secrets.token_bytes(32))
    return path.read_bytes()
