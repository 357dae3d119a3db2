"""Whether an uploaded zip can be unpacked here: sound, of bounded size, and nothing in it leads out of its folder."""

import io
import lzma
import stat
import zipfile
import zlib
from collections import Counter
from pathlib import PurePosixPath, PureWindowsPath

UNZIPPED_LIMIT = 262_144_000  # bytes: AWS's 250 MB
MOST_ENTRIES = 65_535
LONGEST_NAME = 255  # bytes that a file's name has at most
LONGEST_PATH = 1_024  # within the folder, which has a path of its own
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
            files = {PurePosixPath(entry.filename) for entry in entries if not entry.is_dir()}
            for entry in entries:
                _require_within(archive, entry, files)
            _require_one_link_a_name(entries)
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


def _require_within(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, files: set[PurePosixPath]) -> None:
    path = PurePosixPath(entry.filename)
    if _leads_out(path, entry) or _is_too_long(path) or files.intersection(path.parents):
        raise UnsoundZip(f"{COULD_NOT_UNZIP} {entry.filename[:100]} is not within its folder.")
    if is_link(entry) and not _stays_within(path, _target(archive, entry)):
        raise UnsoundZip(f"{COULD_NOT_UNZIP} The link {entry.filename[:100]} leads out of its folder.")


def _leads_out(path: PurePosixPath, entry: zipfile.ZipInfo) -> bool:
    has_drive = PureWindowsPath(entry.filename).drive != ""
    return not path.parts or path.is_absolute() or ".." in path.parts or has_drive or "\\" in entry.orig_filename


def _is_too_long(path: PurePosixPath) -> bool:
    longest = max(len(part.encode("utf-8", "surrogatepass")) for part in path.parts)
    return len(str(path).encode("utf-8", "surrogatepass")) > LONGEST_PATH or longest > LONGEST_NAME


def _require_one_link_a_name(entries: list[zipfile.ZipInfo]) -> None:
    """A file that is given twice is what was given last; a link and something else by its name are a contradiction."""
    names = Counter(PurePosixPath(entry.filename) for entry in entries)
    doubtful = [entry for entry in entries if is_link(entry) and names[PurePosixPath(entry.filename)] > 1]
    kinds = {(PurePosixPath(entry.filename), entry.is_dir()) for entry in entries}
    if doubtful or len(kinds) > len(names):
        raise UnsoundZip(f"{COULD_NOT_UNZIP} Two of its entries have one name.")


def _target(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> PurePosixPath:
    target = archive.read(entry).decode() if entry.file_size <= LONGEST_PATH else ""
    if not target or "\0" in target:
        raise UnsoundZip(COULD_NOT_UNZIP)
    return PurePosixPath(target)


def _stays_within(link: PurePosixPath, target: PurePosixPath) -> bool:
    """Steps up come first, no more of them than the link is deep: so they pass no other link, and end within."""
    up = next((count for count, part in enumerate(target.parts) if part != ".."), len(target.parts))
    return not target.is_absolute() and up < len(link.parts) and ".." not in target.parts[up:]
