"""Copies of lessons and tasks for the learner to change: a new version refreshes them, and no change is lost."""

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from itertools import chain, count
from pathlib import Path

from shoplib import whole_files
from shoplib.lessons.folders import make_own_folder, own_folder
from shoplib.localaws.private_files import write_private


def refresh(originals: Mapping[str, bytes], folder: Path) -> list[Path]:
    """Copy each original into `folder`, again if the original has changed since it was copied.

    A copy that the learner has edited is renamed first; returns the new names. Running a lesson is not an edit.
    """
    with whole_files.naming(folder):
        folder.mkdir(parents=True, exist_ok=True)
    folder = folder.resolve()
    delivered = _read_delivered()
    before = delivered.get(str(folder), {})
    aside = [_refresh_one(folder / name, content, before.get(name, "")) for name, content in originals.items()]
    now = {name: _digest(name, content) for name, content in originals.items()}
    if before != before | now:
        _write_delivered(delivered | {str(folder): before | now})
    return [path for path in aside if path]


def set_aside(path: Path) -> Path:
    """Rename an existing file or folder, with the date in its name."""
    return path.rename(_free(path.with_stem(f"{path.stem}.mine-{date.today()}")))


def make_folder_aside(path: Path) -> Path:
    """Create a new folder with the date in its name."""
    place = _free(path.with_name(f"{path.name}-{date.today()}"))
    with whole_files.naming(place):
        place.mkdir(parents=True)
    return place


def _free(path: Path) -> Path:
    """This name, or with a number after it the first that is free."""
    numbered = (path.with_stem(f"{path.stem}-{number}") for number in count(2))
    return next(place for place in chain([path], numbered) if not place.exists())


def _refresh_one(copy: Path, content: bytes, delivered: str) -> Path | None:
    aside = None
    if copy.exists():
        present, new = _digest(copy.name, copy.read_bytes()), _digest(copy.name, content)
        if new in (present, delivered):  # it is up to date, or there is nothing newer than what the learner has changed
            return None
        aside = None if present == delivered else set_aside(copy)
    with whole_files.naming(copy):
        copy.parent.mkdir(parents=True, exist_ok=True)
    whole_files.write(copy, content)
    return aside


def _digest(name: str, content: bytes) -> str:
    """Of a lesson, what its cells say: outputs come by running it."""
    if name.endswith(".ipynb"):
        with suppress(ValueError, KeyError, TypeError):
            cells = json.loads(content)["cells"]
            content = json.dumps([(cell["cell_type"], "".join(cell["source"])) for cell in cells]).encode()
    return hashlib.sha256(content).hexdigest()


def _file() -> Path:
    return own_folder("lessons") / "delivered.json"


def _read_delivered() -> dict[str, dict[str, str]]:
    with suppress(OSError, ValueError):
        content = json.loads(_file().read_text(encoding="utf-8"))
        return content if isinstance(content, dict) else {}
    return {}


def _write_delivered(delivered: Mapping[str, Mapping[str, str]]) -> None:
    make_own_folder(_file())
    write_private(_file(), json.dumps(delivered, indent=2))
