"""Whether an uploaded zip can be unpacked here: sound, of bounded size, and nothing in it leads out of its folder."""

import io
import lzma
import stat
import zipfile
import zlib
from pathlib import PurePosixPath

UNZIPPED_LIMIT = 262_144_000  # bytes: AWS's 250 MB
MOST_ENTRIES = 65_535
LONGEST_NAME = 4_096
UNSOUND = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, RuntimeError, IndexError)


class UnsoundZip(Exception):
    """The message is AWS's where AWS has one."""


COULD_NOT_UNZIP = "Could not unzip uploaded file. Please check your file, then try to upload again."


def require_sound(content: bytes) -> None:
    """Raises UnsoundZip. What the zip says of itself is read first, so that a bomb is refused before it goes off."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            _require_bounded(entries)
            links = {PurePosixPath(entry.filename) for entry in entries if is_link(entry)}
            for entry in entries:
                _require_within(archive, entry, links)
            broken = archive.testzip()
    except UNSOUND:  # also NotImplementedError, for a compression that nobody knows
        raise UnsoundZip(COULD_NOT_UNZIP) from None
    if broken:
        raise UnsoundZip(COULD_NOT_UNZIP)


def is_link(entry: zipfile.ZipInfo) -> bool:
    return stat.S_ISLNK(entry.external_attr >> 16)


def _require_bounded(entries: list[zipfile.ZipInfo]) -> None:
    if sum(entry.file_size for entry in entries) >= UNZIPPED_LIMIT:
        raise UnsoundZip(f"Unzipped size must be smaller than {UNZIPPED_LIMIT} bytes")
    if len(entries) > MOST_ENTRIES:
        raise UnsoundZip(f"{COULD_NOT_UNZIP} It has more than {MOST_ENTRIES} entries.")


def _require_within(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, links: set[PurePosixPath]) -> None:
    path = PurePosixPath(entry.filename)
    leads_out = path.is_absolute() or ".." in path.parts or ":" in path.parts[:1] or "\\" in entry.orig_filename
    if leads_out or len(entry.filename) > LONGEST_NAME or links.intersection(path.parents):
        raise UnsoundZip(f"{COULD_NOT_UNZIP} {entry.filename[:100]} is not within its folder.")
    if is_link(entry) and not _stays_within(path, _target(archive, entry)):
        raise UnsoundZip(f"{COULD_NOT_UNZIP} The link {entry.filename[:100]} leads out of its folder.")


def _target(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> PurePosixPath:
    if entry.file_size > LONGEST_NAME:
        raise UnsoundZip(COULD_NOT_UNZIP)
    return PurePosixPath(archive.read(entry).decode())


def _stays_within(link: PurePosixPath, target: PurePosixPath) -> bool:
    """Steps up come first, no more of them than the link is deep: so they pass no other link, and end within."""
    up = next((count for count, part in enumerate(target.parts) if part != ".."), len(target.parts))
    return not target.is_absolute() and up < len(link.parts) and ".." not in target.parts[up:]
