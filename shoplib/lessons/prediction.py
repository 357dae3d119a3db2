"""A prediction is made before the cell that runs the system, and checked against what that cell saw."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import chain, repeat
from types import EllipsisType

from shoplib.lessons.answers import matches, plain
from shoplib.lessons.exercises import Exercise, exercise

# In words: a digit could be the answer.
ORDINALS = ("First", "Second", "Third")
# Question -> wrong answers so far in this kernel, each once: running a cell again with the same answer opens no hint.
_wrong_answers: dict[str, list[str]] = defaultdict(list)


@dataclass(frozen=True)
class Verdict:
    """How a prediction compares with the observation; truthy when they agree. Shown as a box in a notebook.

    `help` is what a wrong answer gets to think about; the observation is shown when that is used up.
    """

    question: str
    predicted: object
    observed: object
    ok: bool
    help: tuple[str, ...] = ()
    shows_answer: bool = False

    @property
    def is_answered(self) -> bool:
        return not isinstance(self.predicted, EllipsisType)

    def __bool__(self) -> bool:
        return self.ok

    @property
    def headline(self) -> str:
        if not self.is_answered:
            return "Not answered yet: replace the dots with your prediction and run both cells again."
        if self.ok:
            return f"Right: you predicted {self.predicted!r} and that is what happened."
        return f"Not yet: you predicted {self.predicted!r}, and something else happened."

    @property
    def _advice(self) -> str:
        if self.ok or not self.is_answered or self.shows_answer:
            return ""
        return "Think again, change your prediction, and run both cells again; another answer opens another hint."

    @property
    def _answer(self) -> str:
        return f"What happened: {self.observed!r}" if self.shows_answer else ""

    def __repr__(self) -> str:
        lines = [self.question, self.headline, *self.help, self._advice, self._answer]
        return "\n".join(filter(None, lines))

    def _repr_html_(self) -> str:
        colour = "#2e7d32" if self.ok else "#b26a00" if self.is_answered else "#5b6776"
        lines = [self.headline, *self.help, self._advice]
        revealed = (
            f"<details><summary>What happened</summary>{escape(repr(self.observed))}</details>"
            if self.shows_answer
            else ""
        )
        return (
            f'<div style="border-left:4px solid {colour};padding:.4em 1em;margin:.3em 0">'
            f"<b>{escape(self.question)}</b><br>{'<br>'.join(map(escape, filter(None, lines)))}{revealed}</div>"
        )


@dataclass(frozen=True)
class Prediction:
    """What the learner expects as the answer to `question`; `...` means not answered yet."""

    question: str
    answer: object

    def check(self, observed: object, hints: Sequence[str] = ()) -> Verdict:
        """Compare with what the running system did. `hints` go from a nudge to nearly the answer; each new wrong
        answer opens one more. Without any, those of the lessons' exercise are taken."""
        task = Exercise(self.question, tuple(hints)) if hints else exercise(self.question)
        if isinstance(self.answer, EllipsisType):
            return Verdict(self.question, self.answer, observed, ok=False)
        if matches(self.answer, observed, task.synonyms.get(str(observed), ())):
            _wrong_answers.pop(self.question, None)
            return Verdict(self.question, self.answer, observed, ok=True)
        return self._reject(observed, task)

    def _reject(self, observed: object, task: Exercise) -> Verdict:
        answers, latest = _wrong_answers[self.question], plain(self.answer)
        if latest not in answers:
            answers.append(latest)
        remark, opened = task.remark(self.answer), task.hints[: len(answers)]
        steps = [f"{which} hint: {hint}" for which, hint in zip(chain(ORDINALS, repeat("Next")), opened, strict=False)]
        shows_answer = len(answers) > len(task.hints)
        return Verdict(self.question, self.answer, observed, False, tuple(filter(None, [remark, *steps])), shows_answer)


def predict(question: str, answer: object = ...) -> Prediction:
    return Prediction(question, answer)
