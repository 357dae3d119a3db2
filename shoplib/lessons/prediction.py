"""A prediction is made before the cell that runs the system, and checked against what that cell saw."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from types import EllipsisType


@dataclass(frozen=True)
class Verdict:
    """How a prediction compares with the observation; truthy when they agree. Shown as a box in a notebook."""

    question: str
    predicted: object
    observed: object
    hints: tuple[str, ...] = ()

    @property
    def is_answered(self) -> bool:
        return not isinstance(self.predicted, EllipsisType)

    @property
    def ok(self) -> bool:
        return self.is_answered and _plain(self.predicted) == _plain(self.observed)

    def __bool__(self) -> bool:
        return self.ok

    @property
    def headline(self) -> str:
        if not self.is_answered:
            return "Not answered yet: replace the dots with your prediction and run both cells again."
        if self.ok:
            return f"Right: you predicted {self.predicted!r} and that is what happened."
        return f"You predicted {self.predicted!r}; the system answered {self.observed!r}."

    def __repr__(self) -> str:
        steps = [f"hint {step}: {hint}" for step, hint in enumerate(self._open_hints, 1)]
        return "\n".join([f"{self.question}\n{self.headline}", *steps])

    @property
    def _open_hints(self) -> tuple[str, ...]:
        return () if self.ok else self.hints

    def _repr_html_(self) -> str:
        colour = "#2e7d32" if self.ok else "#b26a00" if self.is_answered else "#5b6776"
        hints = "".join(
            f"<details><summary>Hint {step}</summary>{escape(hint)}</details>"
            for step, hint in enumerate(self._open_hints, 1)
        )
        return (
            f'<div style="border-left:4px solid {colour};padding:.4em 1em;margin:.3em 0">'
            f"<b>{escape(self.question)}</b><br>{escape(self.headline)}{hints}</div>"
        )


def _plain(value: object) -> object:
    """What was meant: 202 and "202", "From -> To" and "from->to" are the same answer."""
    is_text = isinstance(value, str | int) and not isinstance(value, bool)
    return "".join(str(value).split()).casefold() if is_text else value


@dataclass(frozen=True)
class Prediction:
    """What the learner expects as the answer to `question`; `...` means not answered yet."""

    question: str
    answer: object

    def check(self, observed: object, hints: Sequence[str] = ()) -> Verdict:
        """Compare with what the running system did. `hints` go from a nudge to nearly the answer."""
        return Verdict(self.question, self.answer, observed, tuple(hints))


def predict(question: str, answer: object) -> Prediction:
    return Prediction(question, answer)
