"""What helps with a question: hints, from a nudge to nearly the answer, and what to say to a certain wrong answer.

They stand in `exercises.toml` and not in the lesson, where they would be read before the question is thought about.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from shoplib.lessons.answers import plain


@dataclass(frozen=True)
class Exercise:
    """`remarks`: wrong answer -> what to think about; `synonyms`: answer -> other ways to say it."""

    question: str
    hints: tuple[str, ...] = ()
    remarks: Mapping[str, str] = field(default_factory=dict)
    synonyms: Mapping[str, list[str]] = field(default_factory=dict)

    def remark(self, answer: object) -> str:
        return next((text for wrong, text in self.remarks.items() if plain(wrong) == plain(answer)), "")


@cache
def every_exercise() -> dict[str, Exercise]:
    """The lessons' exercises, by question."""
    text = (files("shoplib") / "lessons" / "exercises.toml").read_text(encoding="utf-8")
    entries = tomllib.loads(text)["exercise"]
    exercises = [Exercise(**{**entry, "hints": tuple(entry["hints"])}) for entry in entries]
    return {each.question: each for each in exercises}


def exercise(question: str) -> Exercise:
    """One without hints for a question that is the learner's own."""
    return every_exercise().get(question) or Exercise(question)
