"""Folders and files of this user alone: modes 0700 and 0600, also of those that are there already."""

import os
import stat
from pathlib import Path
from typing import IO, Any

from shoplib import whole_files
from shoplib.errors import LabError

PRIVATE = 0o600
ADVICE = "set SHOPLIB_STATE_DIR to a folder of your own"


def make_private(folder: Path) -> None:
    """Make the folder, or take away what others may do in it. LabError when it is shared, or somebody else's."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if os.name != "posix":
        return  # Windows keeps a user's folders from others by inherited rights
    status = folder.stat()
    if status.st_mode & stat.S_ISVTX:
        raise LabError(f"{folder} is shared with other users of this machine", ADVICE)
    if status.st_uid != os.geteuid():
        raise LabError(f"{folder} belongs to another user", ADVICE)
    folder.chmod(0o700)
    for file in folder.iterdir():
        if file.is_file() and not file.is_symlink():
            file.chmod(PRIVATE)


def open_private(path: Path, mode: str) -> IO[Any]:
    """As `open`; a new file is readable by its owner alone."""
    encoding = None if "b" in mode else "utf-8"
    return open(path, mode, encoding=encoding, opener=_for_owner)


def write_private(path: Path, content: bytes | str) -> None:
    """Whole or not at all: a reader never sees half of it, and a process that is killed leaves what was there."""
    with whole_files.replacing(path) as draft, open_private(draft, "wb") as file:
        file.write(content.encode() if isinstance(content, str) else content)


def _for_owner(path: str, flags: int) -> int:
    return os.open(path, flags, PRIVATE)
