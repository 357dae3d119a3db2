"""Uploaded zips on disk: a function's code, a layer's content. Each distinct content is unpacked once."""

import io
import os
import stat
import threading
import zipfile
from pathlib import Path

from shoplib.localaws.functions.blueprint import content_folder_name


class Contents:
    """Unpacks zips into folders named by their content below `folder`; safe for several threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()

    def unpack(self, zipped: bytes) -> Path:
        """The folder with the zip's files. Raises zipfile.BadZipFile."""
        target = self._folder / content_folder_name(zipped)
        with self._lock:
            if not target.exists():
                _extract(zipped, target)
        return target


def _extract(zipped: bytes, target: Path) -> None:
    partial = target.with_suffix(".partial")
    with zipfile.ZipFile(io.BytesIO(zipped)) as archive:
        for member in archive.infolist():
            _keep_mode(Path(archive.extract(member, partial)), member.external_attr >> 16)
    partial.mkdir(parents=True, exist_ok=True)
    partial.rename(target)


def _keep_mode(path: Path, mode: int) -> None:
    """Executables stay executable; everything stays readable, whatever the zip says."""
    if os.name == "posix" and path.is_file() and mode & stat.S_IXUSR:
        path.chmod(0o755)
