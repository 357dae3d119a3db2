"""What a learner reads after a check of a prediction."""

from dataclasses import dataclass
from html import escape
from types import EllipsisType

from shoplib.lessons.answers import as_text
from shoplib.lessons.inline_markup import to_html
from shoplib.lessons.progress_file import lesson_bar

WHAT_TO_DO = "Choose or type your answer below the question, or pass it as the second argument of predict"


@dataclass(frozen=True)
class Verdict:
    """The comparison of a prediction with the observation; truthy if they agree. Displayed as a box in a notebook.

    `help` is the hint on a wrong answer; after the last hint, the observed value is shown.
    """

    question: str
    predicted: object
    observed: object
    ok: bool
    help: tuple[str, ...] = ()
    shows_answer: bool = False
    because: str = ""

    @property
    def is_answered(self) -> bool:
        return not isinstance(self.predicted, EllipsisType)

    def __bool__(self) -> bool:
        return self.ok

    @property
    def headline(self) -> str:
        if not self.is_answered:
            return f"Not answered yet. {WHAT_TO_DO}, and run this cell again."
        if self.ok:
            return f"Right: you predicted {as_text(self.predicted)}, and that is what happened."
        return f"Not yet: you predicted {as_text(self.predicted)}, and something else happened."

    @property
    def _advice(self) -> str:
        if self.ok or not self.is_answered or self.shows_answer:
            return ""
        return "Think again, change your prediction, and run this cell again; another answer opens another hint."

    @property
    def _answer(self) -> str:
        return f"What happened: {as_text(self.observed)}" if self.shows_answer else ""

    @property
    def _reason(self) -> str:
        return self.because if self.ok or self.shows_answer else ""

    def __repr__(self) -> str:
        lines = [self.question, self.headline, *self.help, self._advice, self._answer, self._reason]
        return "\n".join(filter(None, lines))

    def _repr_html_(self) -> str:
        colour = "#2e7d32" if self.ok else "#b26a00" if self.is_answered else "#5b6776"
        lines = [self.headline, *self.help, self._advice, self._answer, self._reason]
        return (
            f'<div style="border-left:4px solid {colour};padding:.4em 1em;margin:.3em 0">'
            f"<b>{escape(self.question)}</b><br>{'<br>'.join(map(to_html, filter(None, lines)))}"
            f"{lesson_bar(self.question)}</div>"
        )
