"""The tasks of the lessons, each a folder in `tasks/`: what to fix, how it is judged, and one solution."""

import difflib
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.resources import files
from pathlib import Path

from shoplib.errors import LabError, suggest
from shoplib.lessons.trials import Step, Trial

FOLDER = Path(str(files("shoplib") / "lessons" / "tasks"))
NOT_DELIVERED = ("__pycache__",)


@dataclass(frozen=True)
class TaskSource:
    """`start` has the learner's files, `solution` those that one solution changes: name -> content."""

    name: str
    title: str
    ask: str
    because: str
    minutes: int
    start: dict[str, bytes]
    solution: dict[str, bytes]

    def judge(self, trial: Trial) -> Iterator[Step]:
        """Run the judge: yield its steps."""
        judge: Callable[[Trial], Iterator[Step]] = import_module(f"shoplib.lessons.tasks.{self.name}.judge").judge
        return judge(trial)

    def differences(self) -> list[str]:
        """Return the differences between start and solution, one text per changed file."""
        return ["".join(self._compare(name)) for name in self.solution]

    def _compare(self, name: str) -> Iterator[str]:
        before, after = (files.get(name, b"").decode().splitlines(True) for files in (self.start, self.solution))
        return difflib.unified_diff(before, after, f"given/{name}", f"mended/{name}")


@cache
def task_names() -> tuple[str, ...]:
    """Return the names of the tasks, in lesson order."""
    return tuple(sorted(path.parent.name for path in FOLDER.glob("*/task.toml")))


@cache
def task_source(name: str) -> TaskSource:
    """Return a task's source. LabError lists the tasks."""
    if name not in task_names():
        hint = f"{suggest(name, task_names())} tasks: {', '.join(task_names())}"
        raise LabError(f"task not found: {name}", hint.strip())
    entries = tomllib.loads((FOLDER / name / "task.toml").read_text(encoding="utf-8"))
    return TaskSource(
        name, **entries, start=_files(FOLDER / name / "start"), solution=_files(FOLDER / name / "solution")
    )


def _files(folder: Path) -> dict[str, bytes]:
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.parent.name not in NOT_DELIVERED]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
