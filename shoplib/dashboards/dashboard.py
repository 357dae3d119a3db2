"""A CloudWatch dashboard as a picture."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from shoplib import themed_svg, whole_files
from shoplib.dashboards import body, figures, plots
from shoplib.dashboards.body import COLUMNS, Line, Widget
from shoplib.dashboards.figures import Clients, Series, Span
from shoplib.dashboards.theme import DARK, LIGHT, SCHEMES, Theme
from shoplib.errors import LabError

COLUMN, ROW = 0.6, 0.52  # inches of a unit of the grid
HEADING, MARGIN = 0.5, 0.12
DOTS_PER_INCH = 110
TITLE_HEIGHT = 0.34


@dataclass(frozen=True)
class Dashboard:
    """Displays itself in a notebook, with its text as alternative text."""

    name: str
    figure: Figure
    alt: str

    def png(self) -> bytes:
        out = io.BytesIO()
        self.figure.savefig(out, format="png", dpi=DOTS_PER_INCH, facecolor=self.figure.get_facecolor())
        return out.getvalue()

    def save(self, path: Path | str) -> Path:
        whole_files.write(Path(path), self.png())
        return Path(path)

    def _repr_html_(self) -> str:
        """In the notebook's theme, unless it was drawn for a dark page."""
        return themed_svg.image(self.figure, SCHEMES, self.alt, facecolor=self.figure.get_facecolor())


def draw(name: str, clients: Clients, *, since: str | None = None, dark: bool = False) -> Dashboard:
    """Draw the current dashboard of this name; `since` ("30m") overrides its own time span."""
    cloudwatch = clients.client("cloudwatch")
    try:
        text = cloudwatch.get_dashboard(DashboardName=name)["DashboardBody"]
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("ResourceNotFound", "ResourceNotFoundException"):
            raise
        raise LabError(f"dashboard not found: {name}", _advice(cloudwatch)) from error
    return draw_body(name, text, clients, since=since, dark=dark)


def _advice(cloudwatch: Any) -> str:
    names = [each["DashboardName"] for each in cloudwatch.list_dashboards()["DashboardEntries"]]
    return (
        f"there is {', '.join(names)}" if names else "put one: cloudwatch put-dashboard, or AWS::CloudWatch::Dashboard"
    )


def draw_body(
    name: str, text: str, clients: Clients, *, since: str | None = None, dark: bool = False, now: datetime | None = None
) -> Dashboard:
    """Draw a dashboard's body, without PutDashboard."""
    widgets, end = body.widgets(text), now or datetime.now(UTC)
    length = body.span(since) if since else body.span_of(text)
    span, theme = Span(end - length, end), DARK if dark else LIGHT
    rows = max((each.y + each.height for each in widgets), default=4)
    height = HEADING + rows * ROW + MARGIN
    figure = Figure(figsize=(COLUMNS * COLUMN, height), facecolor=theme.page)
    _write_heading(figure, name, span, theme, height)
    for widget in widgets:
        _draw_widget(figure, widget, clients, span, theme, height)
    titles = [each.title or each.kind for each in widgets]
    return Dashboard(name, figure, f"Dashboard {name}: {', '.join(titles)}")


def _write_heading(figure: Figure, name: str, span: Span, theme: Theme, height: float) -> None:
    y = 1 - HEADING / 2 / height
    figure.text(MARGIN / (COLUMNS * COLUMN), y, name, fontsize=14, fontweight="bold", color=theme.ink, va="center")
    words = f"{span.start:%Y-%m-%d %H:%M} to {span.end:%Y-%m-%d %H:%M} UTC"
    figure.text(1 - MARGIN / (COLUMNS * COLUMN), y, words, fontsize=9, color=theme.soft, ha="right", va="center")


def _draw_widget(figure: Figure, widget: Widget, clients: Clients, span: Span, theme: Theme, height: float) -> None:
    """On a card of its own. A widget that AWS would show as broken says why in its place."""
    width = COLUMNS * COLUMN
    left, top = widget.x * COLUMN + MARGIN / 2, HEADING + widget.y * ROW + MARGIN / 2
    w, h = widget.width * COLUMN - MARGIN, widget.height * ROW - MARGIN
    card = FancyBboxPatch(
        (left / width, 1 - (top + h) / height), w / width, h / height, boxstyle="round,pad=0,rounding_size=0.004",
        facecolor=theme.card, edgecolor=theme.border, linewidth=0.8, transform=figure.transFigure, zorder=-1,
    )  # fmt: skip
    figure.add_artist(card)
    title = TITLE_HEIGHT if widget.title else 0.0
    if title:
        figure.text(
            (left + 0.14) / width, 1 - (top + 0.2) / height, widget.title, fontsize=10, fontweight="bold",
            color=theme.ink, va="center", parse_math=False,
        )  # fmt: skip
    inner = _padding(widget)
    box = (left + inner[0], top + title + inner[1], w - inner[0] - inner[2], h - title - inner[1] - inner[3])
    axes = figure.add_axes((box[0] / width, 1 - (box[1] + box[3]) / height, box[2] / width, box[3] / height))
    try:
        _fill(axes, widget, clients, span, theme)
    except LabError as error:
        plots.note(axes, error.what, theme)
    except ClientError as error:
        plots.note(axes, error.response["Error"]["Message"], theme)


def _padding(widget: Widget) -> tuple[float, float, float, float]:
    """Left, top, right and bottom in inches: plots need room for their ticks and their legend."""
    view = widget.properties.get("view", "timeSeries" if widget.kind == "metric" else "table")
    if view in ("timeSeries", "bar") and widget.kind in ("metric", "log"):
        lines = len(widget.properties.get("metrics") or [1])
        return (1.6 if view == "bar" else 0.6, 0.12, 0.55, 0.34 + 0.17 * ((lines + 2) // 2))
    return 0.2, 0.16, 0.2, 0.14


def _fill(axes: Any, widget: Widget, clients: Clients, span: Span, theme: Theme) -> None:
    if widget.kind == "metric":
        _fill_metrics(axes, widget.properties, clients, span, theme)
    elif widget.kind == "log":
        _fill_log(axes, widget.properties, clients, span, theme)
    elif widget.kind == "alarm":
        plots.alarm_list(axes, figures.alarms(clients, widget.properties), theme)
    elif widget.kind == "text":
        plots.markdown(axes, str(widget.properties.get("markdown") or ""), theme, widget.width * 8)
    else:
        plots.note(axes, f"Widgets of the type {widget.kind} are not drawn here", theme)


def _fill_metrics(axes: Any, properties: Mapping[str, Any], clients: Clients, span: Span, theme: Theme) -> None:
    annotations = properties.get("annotations") or {}
    if annotations.get("alarms") and not properties.get("metrics"):
        plots.alarm_list(axes, figures.alarms(clients, annotations), theme)
        return
    series, view = figures.series(clients, properties, span), properties.get("view", "timeSeries")
    if view == "timeSeries":
        plots.time_series(axes, series, properties, span, theme)
    elif view in ("singleValue", "gauge"):
        plots.single_values(axes, series, properties, theme)
    elif view in ("bar", "pie"):
        newest = [(each.line.label, each.values[-1]) for each in series if each.values]
        _fill_categories(axes, view, [label for label, _ in newest], [value for _, value in newest], theme)
    else:
        plots.note(axes, f"The view {view} is not drawn here", theme)


def _fill_log(axes: Any, properties: Mapping[str, Any], clients: Clients, span: Span, theme: Theme) -> None:
    rows, view = figures.log_rows(clients, properties, span), properties.get("view", "table")
    if not rows:
        plots.note(axes, plots.NO_DATA, theme)
    elif view == "timeSeries":
        columns = plots.log_series(rows)
        series = [Series(Line(name, name), times, values) for name, times, values in columns]
        plots.time_series(axes, series, properties, span, theme)
    elif view in ("bar", "pie"):
        _fill_categories(axes, view, *plots.categories(rows), theme)
    else:
        plots.log_table(axes, rows, theme)


def _fill_categories(axes: Any, view: str, labels: list[str], values: list[float], theme: Theme) -> None:
    if not values:
        plots.note(axes, plots.NO_DATA, theme)
    else:
        (plots.bars if view == "bar" else plots.pie)(axes, labels, values, theme)
