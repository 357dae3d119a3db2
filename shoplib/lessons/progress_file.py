"""What a learner has passed in all lessons: a small file, displayed as bars."""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from html import escape
from pathlib import Path

from filelock import FileLock

from shoplib.lessons.exercises import every_exercise
from shoplib.lessons.folders import lessons_folder, make_own_folder, own_folder
from shoplib.lessons.task_sources import task_names
from shoplib.localaws.private_files import PRIVATE, write_private

WIDTH = 20


@dataclass(frozen=True)
class Progress:
    """Lesson ("02") -> its exercises and tasks, and which are passed."""

    to_pass: Mapping[str, Sequence[str]]
    passed: frozenset[str]

    def of(self, lesson: str) -> tuple[int, int]:
        """Return how many are passed, and of how many."""
        names = self.to_pass.get(lesson, ())
        return sum(name in self.passed for name in names), len(names)

    def __repr__(self) -> str:
        lines = ((lesson, *self.of(lesson)) for lesson in self.to_pass)
        return "\n".join(f"lesson {lesson}  {_blocks(done, total)}  {done} of {total}" for lesson, done, total in lines)

    def _repr_html_(self) -> str:
        rows = (f"<tr><td>{_link(lesson)}</td><td>{bar(*self.of(lesson))}</td></tr>" for lesson in self.to_pass)
        return f"<table>{''.join(rows)}</table>"


def progress(*lessons: str) -> Progress:
    """Return the progress in these lessons ("02"), or in all."""
    everything = _to_pass()
    return Progress({name: everything.get(name, []) for name in lessons} or everything, frozenset(_read()))


def record(name: str) -> None:
    """Record that an exercise (by question) or task (by name) is passed; ignored if no lesson has it."""
    if not any(name in names for names in _to_pass().values()):
        return
    path = _file()
    make_own_folder(path)
    with FileLock(path.with_suffix(".lock"), mode=PRIVATE):
        passed = _read()
        if name not in passed:
            write_private(path, json.dumps({"passed": [*passed, name]}, indent=2, ensure_ascii=False))


def forget() -> None:
    """Delete all progress."""
    _file().unlink(missing_ok=True)


def bar(done: int, total: int) -> str:
    """Return the bar as HTML, readable without colours and by screen readers."""
    text = f"{done} of {total}"
    return f'<progress value="{done}" max="{total or 1}" aria-label="{escape(text)} passed"></progress> {escape(text)}'


def lesson_bar(name: str) -> str:
    """Return the bar, as HTML, of the lesson with this exercise or task; empty if there is none."""
    lesson = lesson_of(name)
    return f"<br><small>lesson {lesson}: {bar(*progress(lesson).of(lesson))}</small>" if lesson else ""


def _link(lesson: str) -> str:
    """To the learner's copy, where there is one."""
    copies = sorted(lessons_folder().glob(f"{lesson}-*.ipynb"), key=lambda path: len(path.name))
    return f'<a href="{escape(copies[0].name)}">{escape(copies[0].stem)}</a>' if copies else f"lesson {lesson}"


def lesson_of(name: str) -> str:
    """Return the lesson that has this exercise or task, or None."""
    return next((lesson for lesson, names in _to_pass().items() if name in names), "")


def _blocks(done: int, total: int) -> str:
    full = WIDTH * done // (total or 1)
    return "█" * full + "░" * (WIDTH - full)


def _to_pass() -> dict[str, list[str]]:
    names = [(each.lesson, each.question) for each in every_exercise().values()]
    names += [(name.partition("-")[0], name) for name in task_names()]
    lessons = sorted({lesson for lesson, _ in names})
    return {lesson: [name for other, name in names if other == lesson] for lesson in lessons}


def _file() -> Path:
    return own_folder("lessons") / "progress.json"


def _read() -> list[str]:
    """Nothing where nothing was passed, or where the file is not ours to understand."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        return [str(name) for name in json.loads(_file().read_text(encoding="utf-8"))["passed"]]
    return []
