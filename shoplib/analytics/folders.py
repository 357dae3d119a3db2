"""A lake in a folder: the same objects with the same keys, without AWS."""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path

from filelock import FileLock

from shoplib import whole_files
from shoplib.core.lake.objects import Entry, Missing


@dataclass(frozen=True)
class Folder:
    """Objects as files below `path`; names that begin with a dot (locks, and files being written) are not objects."""

    path: Path

    def __str__(self) -> str:
        return str(self.path)

    def entries(self, prefix: str) -> list[Entry]:
        """Objects whose keys begin with `prefix`, by key."""
        above = prefix.rpartition("/")[0]
        files = sorted(_files(self.path / above, f"{above}/" if above else ""))
        return [_entry(key, status) for key, status in files if key.startswith(prefix)]

    def folders(self, prefix: str) -> list[str]:
        """The part after `prefix`, up to the next slash, of the keys that begin with it."""
        above, _, begin = prefix.rpartition("/")
        folder = self.path / above
        names = sorted(each.name for each in folder.iterdir() if each.is_dir()) if folder.is_dir() else []
        return [name[len(begin) :] for name in names if name.startswith(begin)]

    def read(self, key: str) -> bytes:
        """The content of an object. Raises Missing."""
        if not (tagged := self.read_with_tag(key)):
            raise Missing(f"{self}/{key}")
        return tagged[0]

    def read_range(self, key: str, start: int, size: int) -> bytes:
        """A byte range of an object. Raises Missing."""
        try:
            with (self.path / key).open("rb") as file:
                file.seek(start)
                return file.read(size)
        except FileNotFoundError:
            raise Missing(f"{self}/{key}") from None

    def read_with_tag(self, key: str) -> tuple[bytes, str] | None:
        """The content and tag of an object; None if it does not exist."""
        try:
            content = (self.path / key).read_bytes()
        except FileNotFoundError:
            return None
        return content, blake2b(content).hexdigest()

    def write(self, key: str, content: bytes) -> None:
        """Write an object atomically: readers never see a partial one."""
        target = self.path / key
        target.parent.mkdir(parents=True, exist_ok=True)
        with whole_files.replacing(target, sync=False) as half:
            half.write_bytes(content)

    def swap(self, key: str, content: bytes, tag: str | None) -> bool:
        """Write if the object still has `tag` (None: if it does not exist); False if another write was faster."""
        target = self.path / key
        target.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(target.with_name(f".{target.name}.lock")):
            current = self.read_with_tag(key)
            if (current[1] if current else None) != tag:
                return False
            self.write(key, content)
        return True

    def delete(self, keys: Iterable[str]) -> None:
        """Delete objects; missing ones are ignored."""
        for key in keys:
            (self.path / key).unlink(missing_ok=True)


def _files(folder: str | Path, prefix: str) -> Iterator[tuple[str, os.stat_result]]:
    """Keys of the files below a folder, with their stat results; plain strings, because lakes have very many files."""
    with suppress(FileNotFoundError), os.scandir(folder) as entries:
        for each in entries:
            if each.is_dir():
                yield from _files(each.path, f"{prefix}{each.name}/")
            elif not each.name.startswith("."):
                with suppress(FileNotFoundError):
                    yield prefix + each.name, each.stat()


def _entry(key: str, status: os.stat_result) -> Entry:
    return Entry(key, status.st_size, datetime.fromtimestamp(status.st_mtime, UTC))
