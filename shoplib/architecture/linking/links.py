"""Where a node is said: a line of a file of the project, or a page of AWS's console. Told relative, never absolute."""

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

INSTALLED = "site-packages"


@dataclass(frozen=True)
class Link:
    """What painters need: `href` is empty where nothing can be followed, `says` is for people."""

    href: str
    text: str


@dataclass(frozen=True)
class Place:
    """A line of a file. `home` is the folder from which people are told its path."""

    path: Path
    line: int
    home: Path

    @property
    def location(self) -> str:
        return f"{Path(os.path.relpath(self.path.resolve(), self.home)).as_posix()}:{self.line}"

    def link(self, folder: Path) -> Link | None:
        """From a file in `folder`. None where the way is absolute or leads through homes."""
        way = _relative_path(_source(self.path.resolve(), folder.resolve()), folder.resolve())
        return Link(f"{quote(way)}#L{self.line}", self.location) if way else None


@dataclass(frozen=True)
class Page:
    """A page of AWS's console."""

    url: str
    location = ""

    def link(self, folder: Path) -> Link:
        return Link(self.url, "in AWS's console")


@lru_cache(1024)
def _source(path: Path, folder: Path) -> Path:
    """An installed package's file in the checkout that the folder belongs to, where it is the same there."""
    if INSTALLED not in path.parts:
        return path
    within = Path(*path.parts[path.parts.index(INSTALLED) + 1 :])
    checkouts = (each for each in (folder, *folder.parents) if (each / "pyproject.toml").is_file())
    return next((each / within for each in checkouts if _is_same(each / within, path)), path)


def _is_same(one: Path, other: Path) -> bool:
    return one.is_file() and other.is_file() and one.read_bytes() == other.read_bytes()


def _relative_path(path: Path, folder: Path) -> str:
    if path.drive != folder.drive:
        return ""
    common = Path(os.path.commonpath([path, folder]))
    installed = INSTALLED in path.relative_to(common).parts
    if installed or common in (Path(common.anchor), Path.home().parent):
        return ""
    return Path(os.path.relpath(path, folder)).as_posix()
