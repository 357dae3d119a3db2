"""The source of each lesson's exercises: questions, solutions with reasons, hints, and remarks on wrong answers.

One file per lesson, `02.toml`. The exercise cells and the answer key are generated from it; inside the lesson, hints
would be read too early.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path

from shoplib.lessons.answers import as_text, as_typed, matches

FOLDER = Path(str(files("shoplib") / "lessons" / "exercises"))


@dataclass(frozen=True)
class Exercise:
    """`name` is the variable of its cell, `remarks` what to think about after a certain wrong answer, `synonyms` other
    ways to say an answer, `unit` that of a number ("s"); `choices` are offered in place of a field."""

    question: str
    hints: tuple[str, ...] = ()
    name: str = "guess"
    solution: object = None
    because: str = ""
    choices: tuple[str, ...] = ()
    unit: str = ""
    remarks: Mapping[str, str] = field(default_factory=dict)
    synonyms: Mapping[str, list[str]] = field(default_factory=dict)
    lesson: str = ""

    @property
    def answer(self) -> str:
        """Return the solution as a learner would write it."""
        return as_text(self.solution)

    @property
    def explanation(self) -> str:
        """Return what happens and why."""
        return f"{self.answer}: {self.because}"

    def is_right(self, answer: object, observed: object) -> bool:
        """Whether the answer equals what was observed."""
        return matches(answer, observed, self.synonyms.get(as_text(observed), ()), self.unit)

    def hint(self, number: int) -> str:
        """Return the next hint, for wrong answers without a remark."""
        return self.hints[min(number, len(self.hints) - 1)] if self.hints else ""

    def remark(self, answer: object) -> str:
        """Return the remark on this answer, however it is typed."""
        return next((text for wrong, text in self.remarks.items() if self._means(answer, wrong)), "")

    def _means(self, answer: object, wrong: str) -> bool:
        """Whether the answer is this one of the remarks."""
        return matches(answer, as_typed(wrong, self.solution), self.synonyms.get(wrong, ()), self.unit)


@cache
def every_exercise() -> dict[str, Exercise]:
    """Return the lessons' exercises by question, in lesson order."""
    exercises = [each for path in sorted(FOLDER.glob("*.toml")) for each in _read(path)]
    return {each.question: each for each in exercises}


def exercise(question: str) -> Exercise:
    """Return the exercise of a question; one without hints for a learner's own question."""
    return every_exercise().get(question) or Exercise(question)


def _read(path: Path) -> list[Exercise]:
    entries = tomllib.loads(path.read_text(encoding="utf-8"))["exercise"]
    lists = [{key: tuple(entry.get(key, ())) for key in ("hints", "choices")} for entry in entries]
    return [Exercise(**(entry | tuples), lesson=path.stem) for entry, tuples in zip(entries, lists, strict=True)]
