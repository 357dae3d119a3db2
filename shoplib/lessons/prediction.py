"""A prediction is made before the cell that runs the system, and checked against what that cell saw."""

from collections import defaultdict
from collections.abc import Sequence
from types import EllipsisType
from typing import Any

from shoplib.lessons import progress_file
from shoplib.lessons.answers import explain_form, plain
from shoplib.lessons.exercises import Exercise, exercise
from shoplib.lessons.question_form import QuestionForm
from shoplib.lessons.verdicts import Verdict

TRIES = 3
# Question -> wrong answers so far in this kernel, each once: running a cell again with the same answer opens no hint.
_wrong_answers: dict[str, list[str]] = defaultdict(list)
# Question -> what the learner chose or typed: it stays when the cell runs again.
_forms: dict[str, QuestionForm] = {}


class Prediction:
    """The learner's prediction for `question`: what is entered in the form, or `answer` if passed."""

    def __init__(self, question: str, answer: object = ...) -> None:
        self.exercise = exercise(question)
        self._answer = answer

    @property
    def question(self) -> str:
        return self.exercise.question

    @property
    def answer(self) -> object:
        """The answer; `...` means not answered yet."""
        return self._form.answer if isinstance(self._answer, EllipsisType) else self._answer

    @property
    def _form(self) -> QuestionForm:
        if self.question not in _forms:
            _forms[self.question] = QuestionForm(self.exercise)
        return _forms[self.question]

    def check(self, observed: object, hints: Sequence[str] = ()) -> Verdict:
        """Compare with what the running system did. `hints`, for a question of your own, go from a nudge to nearly the
        answer."""
        task, answer = Exercise(self.question, tuple(hints)) if hints else self.exercise, self.answer
        if isinstance(answer, EllipsisType):
            return Verdict(self.question, answer, observed, ok=False, help=task.hints[:1])
        if task.is_right(answer, observed):
            _wrong_answers.pop(self.question, None)
            progress_file.record(self.question)
            return Verdict(self.question, answer, observed, ok=True, because=task.because)
        return self._reject(answer, observed, task)

    def solution(self) -> str:
        """Show what happens and why."""
        return self.exercise.explanation if self.exercise.because else "run the next cell: it shows what happens"

    def _reject(self, answer: object, observed: object, task: Exercise) -> Verdict:
        """With the hint that fits the answer. One of another kind ("many" for a number) is no try."""
        remark = task.remark(answer)
        if not remark and (form := explain_form(answer, observed, task.unit)):
            return Verdict(self.question, answer, observed, False, (f"Hint: {form}",))
        tries, latest = _wrong_answers[self.question], plain(answer)
        if latest not in tries:
            tries.append(latest)
        hint = remark or task.hint(tries.index(latest))
        shows_answer = len(tries) >= (TRIES if task.hints else 1)
        help = (f"Hint: {hint}",) if hint else ()
        return Verdict(self.question, answer, observed, False, help, shows_answer, task.because)

    def __repr__(self) -> str:
        return f"{self.question}: {'not answered yet' if isinstance(self.answer, EllipsisType) else repr(self.answer)}"

    def _repr_mimebundle_(self, **_: Any) -> Any:
        """Buttons or a field, kept when the cell runs again; text where there are no widgets."""
        text = {"text/plain": repr(self)}
        return text if not isinstance(self._answer, EllipsisType) else self._form.mimebundle() | text


def predict(question: str, answer: object = ...) -> Prediction:
    """Ask for a prediction. Without `answer`, a form is shown below the cell."""
    return Prediction(question, answer)
