"""The question as a form below its cell: choices or a field, and the solution on request."""

from html import escape
from typing import Any

from shoplib.lessons.exercises import Exercise
from shoplib.lessons.inline_markup import to_html

ADVICE = "type your answer"


class QuestionForm:
    """One question and its last answer; `...` until then."""

    def __init__(self, exercise: Exercise) -> None:
        self.exercise = exercise
        self.answer: object = ...
        self._widget: Any = None

    def mimebundle(self) -> dict[str, Any]:
        """Return its notebook representation; empty if no widgets are installed."""
        try:
            return dict(self.show()._repr_mimebundle_())
        except ImportError:
            return {}

    def show(self) -> Any:
        """Return the form as a widget, always the same one."""
        self._widget = self._widget or self._make()
        return self._widget

    def _make(self) -> Any:
        import ipywidgets

        title = ipywidgets.HTML(value=escape(self.exercise.question))  # a label would not wrap
        field = self._choices() if self.exercise.choices else self._text()
        field.observe(self._take, "value")
        return ipywidgets.VBox([title, field, *self._on_request()])

    def _choices(self) -> Any:
        import ipywidgets

        return ipywidgets.ToggleButtons(options=self.exercise.choices, value=None, style={"button_width": "auto"})

    def _text(self) -> Any:
        import ipywidgets

        unit = f", in {self.exercise.unit}" if self.exercise.unit else ""
        return ipywidgets.Text(placeholder=f"{ADVICE}{unit}", layout={"width": "30em"})

    def _on_request(self) -> list[Any]:
        """The answer, where the lessons have one."""
        import ipywidgets

        if not self.exercise.because:
            return []
        button, place = ipywidgets.Button(description="Show the answer"), ipywidgets.HTML(layout={"width": "50em"})
        button.on_click(lambda _: setattr(place, "value", to_html(self.exercise.explanation)))
        return [ipywidgets.HBox([button, place])]

    def _take(self, change: Any) -> None:
        value = change["new"]
        self.answer = ... if value is None or not str(value).strip() else value
