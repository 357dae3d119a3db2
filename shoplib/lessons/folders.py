"""The learner's own folders: copies of lessons, task folders, and progress."""

import os
import tempfile
from pathlib import Path

from shoplib import whole_files
from shoplib.localaws.private_files import make_private
from shoplib.localaws.state import state_directory

# Set by `shoplib lab` for its kernels.
CHOSEN = "SHOPLIB_LESSONS"
HOME = "shoplib-lessons"


def lessons_folder() -> Path:
    """Return the folder of the learner's lessons: in the home directory, or if it is read-only in the state folder."""
    if chosen := os.environ.get(CHOSEN):
        return Path(chosen)
    return Path.home() / HOME if can_write(Path.home()) else own_folder("jupyter") / "lessons"


def own_folder(name: str) -> Path:
    """Return the folder for internal files, in the local AWS's state folder, so that the lessons stay clean."""
    return state_directory().path.resolve() / name


def make_own_folder(path: Path) -> None:
    """Make the folder of an internal file, which its owner alone can read, as all of the state folder."""
    with whole_files.naming(path):
        make_private(path.parent)


def can_write(folder: Path) -> bool:
    """Whether a file can be written, by trying: for root, permissions say yes even on a read-only file system."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False
