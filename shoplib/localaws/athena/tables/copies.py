"""The files of a query: copies of the objects that it reads, in a folder of its own that is removed at its end.

DuckDB reads files several times faster than anything that Python hands it, and may read nothing but this folder.
"""

import bz2
import gzip
import io
import shutil
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq
from moto.s3.models import FakeKey

from shoplib.localaws.athena.errors import OTHER, QueryFailed
from shoplib.localaws.athena.tables.catalog import Column

MOST_BYTES = 4_000_000_000
PIECE = 1 << 20
UNPACKED: dict[str, Callable[[IO[bytes]], IO[bytes]]] = {
    ".gz": lambda packed: gzip.GzipFile(fileobj=packed),  # type: ignore[dict-item, return-value]
    ".bz2": bz2.BZ2File,
}
REFUSED = (".snappy", ".lzo", ".lz4", ".deflate")


@dataclass
class Files:
    """Copies of one table's objects, in folders that say to which partition they belong."""

    folder: Path
    keys: list[Column]
    paths: list[Path] = field(default_factory=list)
    objects: list[FakeKey] = field(default_factory=list)

    def place(self, values: list[str], source: FakeKey) -> Path:
        parts = [f"{key.name}={quote(value, safe='')}" for key, value in zip(self.keys, values, strict=True)]
        folder = self.folder.joinpath(*parts)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{len(self.paths)}"
        self.paths.append(path)
        self.objects.append(source)
        return path


class Copies:
    """Bounded over all tables of a query."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._left = MOST_BYTES

    def files(self, number: int, keys: list[Column]) -> Files:
        return Files(self.folder / f"table{number}", keys)

    def add(self, files: Files, values: list[str], source: FakeKey, is_text: bool, is_orc: bool) -> None:
        path = files.place(values, source)
        with io.BytesIO(source.value) as content:
            if is_orc:
                self._convert(content, path)
            else:
                self._write(_opened(source.name, content) if is_text else content, path, source.name)

    def _write(self, content: IO[bytes], path: Path, name: str) -> None:
        with path.open("wb") as copy:
            try:
                while piece := content.read(PIECE):
                    self._spend(len(piece))
                    copy.write(piece)
            except (OSError, EOFError, zlib.error) as error:
                raise QueryFailed(f"HIVE_CURSOR_ERROR: Failed to read file {name}: {error}") from error

    def _convert(self, content: IO[bytes], path: Path) -> None:
        from pyarrow import orc

        try:
            table = orc.ORCFile(content).read()
        except (pa.ArrowException, OSError) as error:
            raise QueryFailed(f"HIVE_CANNOT_OPEN_SPLIT: this is no file of ORC: {error}") from error
        self._spend(table.nbytes)
        pq.write_table(table, path)

    def _spend(self, bytes: int) -> None:
        self._left -= bytes
        if self._left < 0 or shutil.disk_usage(self.folder).free < MOST_BYTES // 16:
            raise QueryFailed(
                f"EXCEEDED_LOCAL_STORAGE_LIMIT: the local AWS reads at most {MOST_BYTES // 10**9} GB in one query, and "
                "no more than there is room for on the disk; name fewer partitions in the WHERE clause",
                OTHER,
            )


def _opened(name: str, content: IO[bytes]) -> IO[bytes]:
    if name.lower().endswith(REFUSED):
        raise QueryFailed(f"NOT_SUPPORTED: {name} is packed in a way that the local AWS does not read; gzip, bzip2 do")
    return next((unpack(content) for end, unpack in UNPACKED.items() if name.lower().endswith(end)), content)
