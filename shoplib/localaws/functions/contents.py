"""Uploaded zips on disk: a function's code, a layer's content. Each distinct content is unpacked once."""

import io
import os
import stat
import threading
import zipfile
from pathlib import Path

from shoplib.localaws.functions.blueprint import content_folder_name
from shoplib.localaws.functions.worker.bytecode import SUFFIX
from shoplib.localaws.functions.zips import is_link


class Contents:
    """Unpacks zips into folders named by their content below `folder`; safe for several threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()

    def unpack(self, zipped: bytes) -> Path:
        """The folder with the zip's files; `zipped` is sound (see zips.py), as all that was uploaded is."""
        target = self._folder / content_folder_name(zipped)
        with self._lock:
            if not target.exists():
                _extract(zipped, target)
                make_room_for_bytecode(target)
        return target


def make_room_for_bytecode(folder: Path) -> None:
    """Beside a folder of the search path, which workers cannot write into."""
    folder.with_name(folder.name + SUFFIX).mkdir(exist_ok=True)


def _extract(zipped: bytes, target: Path) -> None:
    partial = target.with_suffix(".partial")
    with zipfile.ZipFile(io.BytesIO(zipped)) as archive:
        links = [member for member in archive.infolist() if is_link(member)]
        for member in archive.infolist():
            if not is_link(member):
                _keep_mode(Path(archive.extract(member, partial)), member.external_attr >> 16)
        for member in links:  # last, so that nothing is written through one
            _link(partial / member.filename, archive.read(member).decode())
    partial.mkdir(parents=True, exist_ok=True)
    partial.rename(target)


def _link(path: Path, target: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(target)


def _keep_mode(path: Path, mode: int) -> None:
    """Executables stay executable; everything stays readable, whatever the zip says."""
    if os.name == "posix" and path.is_file() and mode & stat.S_IXUSR:
        path.chmod(0o755)
