"""What a learner reads after a check of a task."""

from dataclasses import dataclass
from html import escape

from shoplib.lessons.inline_markup import to_html
from shoplib.lessons.progress_file import lesson_bar
from shoplib.lessons.task_sources import TaskSource
from shoplib.lessons.trials import Step

MARKS = {True: "✓", False: "✗"}


@dataclass(frozen=True)
class Report:
    """The steps that were checked; truthy if all passed."""

    source: TaskSource
    steps: tuple[Step, ...]

    def __bool__(self) -> bool:
        return all(step.ok for step in self.steps)

    @property
    def headline(self) -> str:
        return f"Mended: {self.source.because}" if self else "Not yet."

    @property
    def hint(self) -> str:
        return next((step.hint for step in self.steps if not step.ok), "")

    def __repr__(self) -> str:
        lines = [f"{MARKS[step.ok]} {step.text}{f': {step.seen}' if step.seen != '' else ''}" for step in self.steps]
        return "\n".join(filter(None, [self.source.title, self.headline, *lines, self.hint]))

    def _repr_html_(self) -> str:
        colour = "#2e7d32" if self else "#b26a00"
        rows = "".join(
            f"<tr><td>{MARKS[step.ok]}</td><td style='text-align:left'>{escape(step.text)}</td>"
            f"<td style='text-align:left'>{escape(str(step.seen))}</td></tr>"
            for step in self.steps
        )
        return (
            f'<div style="border-left:4px solid {colour};padding:.4em 1em;margin:.3em 0"><b>{escape(self.source.title)}'
            f"</b><br>{to_html(self.headline)}<table>{rows}</table>{to_html(self.hint)}{lesson_bar(self.source.name)}</div>"
        )


@dataclass(frozen=True)
class Difference:
    """One solution of a task: why it works, and the lines removed and added."""

    because: str
    lines: str

    def __repr__(self) -> str:
        return f"{self.because}\n{self.lines}"

    def _repr_html_(self) -> str:
        return f"<p>{escape(self.because)}</p><pre>{escape(self.lines)}</pre>"
