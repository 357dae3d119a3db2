"""Where the learner's own things are: copies of the lessons, folders of tasks, and what was passed."""

import os
import tempfile
from pathlib import Path

from shoplib.localaws.state import state_directory

# Set by `shoplib lab` for its kernels.
CHOSEN = "SHOPLIB_LESSONS"
HOME = "shoplib-lessons"


def lessons_folder() -> Path:
    """The learner's copies of the lessons: in his home, or beside the local AWS's own files where home takes none."""
    if chosen := os.environ.get(CHOSEN):
        return Path(chosen)
    return Path.home() / HOME if can_write(Path.home()) else own_folder("jupyter") / "lessons"


def own_folder(name: str) -> Path:
    """Beside the local AWS's own files, so that nothing appears among the lessons."""
    return state_directory().path.resolve() / name


def can_write(folder: Path) -> bool:
    """By trying: root is told yes for file systems that nobody can write to."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False
