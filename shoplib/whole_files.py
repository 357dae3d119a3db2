"""Files that are whole or not there: written beside their place and renamed into it.

Whoever reads meanwhile sees the old one; so does everybody when the disk is full or the process is killed.
"""

import errno
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from shoplib.errors import LabError


def write(path: Path, content: bytes | str) -> Path:
    """Put `content` (text as UTF-8) into the place of a file; LabError in one line when that cannot be done."""
    with replacing(path) as draft:
        draft.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@contextmanager
def replacing(path: Path, sync: bool = True) -> Iterator[Path]:
    """A draft beside `path` that takes its place when the block ends well, and is removed when it does not.

    Without `sync` a loss of power may leave an empty file: for what can be made anew.
    """
    target = path.resolve()
    with naming(path):
        if target.exists() and not target.is_file():  # a device or a pipe has no place to take
            yield path
            return
        with _draft(target) as draft:
            yield draft
            _take_place(draft, target, sync)


def require_writable(path: Path) -> None:
    """Say before the work that its result cannot be written: LabError. What is there stays as it is."""
    with naming(path):
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if not path.exists() or path.is_file():
            with _draft(path.resolve()) as draft:
                draft.touch()


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """What the system says of a file that cannot be written, as a LabError of one line."""
    try:
        yield
    except OSError as error:
        unchanged = "what was there is as it was; " if path.is_file() else ""
        raise LabError(f"{path} cannot be written: {error.strerror or error}", f"{unchanged}{_advice(error)}") from None


def is_out_of_space(error: OSError) -> bool:
    """Whether there is no room for a file: on the disk, within a quota, or within what one file may be."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def _advice(error: OSError) -> str:
    return "make room on the disk, or choose another place" if is_out_of_space(error) else "choose another place"


@contextmanager
def _draft(target: Path) -> Iterator[Path]:
    draft = target.with_name(f".{uuid.uuid4().hex}{target.suffix}")
    try:
        yield draft
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def _take_place(draft: Path, target: Path, sync: bool) -> None:
    if target.exists():
        shutil.copymode(target, draft)
    if sync:
        _sync(draft)
    draft.replace(target)
    if sync:
        with suppress(OSError):  # not every file system can
            _sync(target.parent)


def _sync(path: Path) -> None:
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
