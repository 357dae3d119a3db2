"""Draw one widget."""

import textwrap
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.ticker import MaxNLocator

from shoplib.dashboards.figures import Alarm, Row, Series, Span
from shoplib.dashboards.theme import Theme

SMALL, NORMAL = 7.5, 9.0
MOST_ROWS, MOST_CHARACTERS = 12, 46
NO_DATA = "No data available"
TIME = "%Y-%m-%d %H:%M:%S.%f"


def note(axes: Any, text: str, theme: Theme) -> None:
    """Draw a text in place of a plot."""
    axes.axis("off")
    axes.text(0.5, 0.5, text, ha="center", va="center", color=theme.soft, fontsize=NORMAL, transform=axes.transAxes)


def time_series(axes: Any, series: Sequence[Series], properties: Mapping[str, Any], span: Span, theme: Theme) -> None:
    """Draw lines or stacked areas, with a second axis for metrics on the right."""
    right = axes.twinx() if any(each.line.right for each in series) else None
    stacked = bool(properties.get("stacked"))
    if stacked and right is None:
        _stack(axes, series, theme)
    else:
        for number, each in enumerate(series):
            side = right if each.line.right and right is not None else axes
            side.plot(each.times, each.values, label=each.line.label, **_look(each, number, theme))
    for side, name in ((axes, "left"), (right, "right")):
        if side is not None:
            _style(side, theme)
            side.grid(visible=side is axes, axis="y")
            _limit(side, (properties.get("yAxis") or {}).get(name) or {}, theme)
    _annotate(axes, properties, theme)
    if not any(each.values for each in series):
        axes.text(0.5, 0.5, NO_DATA, ha="center", va="center", color=theme.soft, transform=axes.transAxes)
    axes.set_xlim(span.start, span.end)
    _dates(axes)
    _legend(axes, right, theme)


def _look(each: Series, number: int, theme: Theme) -> dict[str, Any]:
    """A point alone is a dot: no line leads to it."""
    colour = each.line.colour or theme.lines[number % len(theme.lines)]
    return {"color": colour, "linewidth": 1.6, "marker": "o", "markersize": 3.0 if len(each.values) < 40 else 0.0}


def _stack(axes: Any, series: Sequence[Series], theme: Theme) -> None:
    times = sorted({moment for each in series for moment in each.times})
    rows = [[dict(zip(each.times, each.values, strict=True)).get(moment, 0.0) for moment in times] for each in series]
    colours = [each.line.colour or theme.lines[at % len(theme.lines)] for at, each in enumerate(series)]
    if times:
        axes.stackplot(times, rows, labels=[each.line.label for each in series], colors=colours, alpha=0.75)


def single_values(axes: Any, series: Sequence[Series], properties: Mapping[str, Any], theme: Theme) -> None:
    """Draw the latest value of each, large."""
    axes.axis("off")
    for at, each in enumerate(series):
        x = (at + 0.5) / len(series)
        value = _number(each.values[-1]) if each.values else "--"
        colour = each.line.colour or theme.ink
        axes.text(x, 0.62, value, ha="center", va="center", color=colour, fontsize=20, fontweight="bold")
        label = "\n".join(textwrap.wrap(each.line.label, max(12, 60 // len(series)))[:2])
        axes.text(x, 0.2, label, ha="center", va="center", color=theme.soft, fontsize=SMALL)
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)


def bars(axes: Any, labels: Sequence[str], values: Sequence[float], theme: Theme) -> None:
    colours = [theme.lines[at % len(theme.lines)] for at in range(len(values))]
    axes.barh(range(len(values)), values, color=colours, height=0.6)
    axes.set_yticks(range(len(values)), [_short(label, 28) for label in labels])
    axes.invert_yaxis()
    _style(axes, theme)
    axes.grid(axis="x", color=theme.grid)
    axes.grid(axis="y", visible=False)


def pie(axes: Any, labels: Sequence[str], values: Sequence[float], theme: Theme) -> None:
    colours = [theme.lines[at % len(theme.lines)] for at in range(len(values))]
    wedges, _ = axes.pie(values, colors=colours, startangle=90, counterclock=False)
    legend = [f"{_short(label, 24)}  {_number(value)}" for label, value in zip(labels, values, strict=True)]
    axes.legend(
        wedges, legend, loc="center left", bbox_to_anchor=(1, 0.5), frameon=False, fontsize=SMALL, labelcolor=theme.ink
    )


def alarm_list(axes: Any, alarms: Sequence[Alarm], theme: Theme) -> None:
    """Draw each alarm with its state, as a word and not only a colour."""
    axes.axis("off")
    axes.set_xlim(0, 1)
    axes.set_ylim(len(alarms) - 0.4, -0.6)
    for at, alarm in enumerate(alarms):
        colour = theme.states.get(alarm.state, theme.soft)
        axes.text(
            0.0, at, f" {alarm.state.replace('_', ' ')} ", va="center", color=theme.card, fontsize=SMALL, weight="bold",
            bbox={"facecolor": colour, "edgecolor": "none", "boxstyle": "round,pad=0.3"},
        )  # fmt: skip
        axes.text(0.42, at, _short(alarm.name, 34), va="center", fontsize=NORMAL, color=theme.ink)


def log_table(axes: Any, rows: Sequence[Row], theme: Theme) -> None:
    axes.axis("off")
    names = list(dict.fromkeys(name for row in rows for name in row))
    width = max(8, (2 * MOST_CHARACTERS) // len(names))
    cells = [[_short(row.get(name, "").strip(), width) for name in names] for row in rows[:MOST_ROWS]]
    lengths = [max(len(text) for text in (name, *column)) + 2 for name, *column in zip(names, *cells, strict=True)]
    widths = [length / sum(lengths) for length in lengths]
    table = axes.table(
        cells, colLabels=names, colWidths=widths, loc="upper left", cellLoc="left", colLoc="left", edges="horizontal"
    )
    table.auto_set_font_size(False)
    table.set_fontsize(NORMAL)
    table.scale(1, 1.25)
    for (row, _), cell in table.get_celld().items():
        cell.set_edgecolor(theme.grid)
        cell.get_text().set_color(theme.soft if row == 0 else theme.ink)
    if len(rows) > MOST_ROWS:
        axes.text(0, -0.02, f"and {len(rows) - MOST_ROWS} more", color=theme.soft, fontsize=SMALL, va="top")


def log_series(rows: Sequence[Row]) -> list[tuple[str, list[datetime], list[float]]]:
    """Draw the numeric columns over time, for a query by bins."""
    times = next((name for name, value in rows[0].items() if _moment(value)), None) if rows else None
    if times is None:
        return []
    ordered = sorted((row for row in rows if _moment(row.get(times, ""))), key=lambda row: row[times])
    names = [name for name in rows[0] if name != times and _is_number(rows[0][name])]
    moments = [moment for row in ordered if (moment := _moment(row[times]))]
    return [(name, moments, [float(row.get(name) or 0) for row in ordered]) for name in names]


def categories(rows: Sequence[Row]) -> tuple[list[str], list[float]]:
    """A label and the first number of each row."""
    numbers = [next((name for name in row if _is_number(row[name])), None) for row in rows]
    pairs = [(row, name) for row, name in zip(rows, numbers, strict=True) if name]
    labels = [", ".join(value for other, value in row.items() if other != name) or str(name) for row, name in pairs]
    return labels, [float(row[name]) for row, name in pairs]


def markdown(axes: Any, text: str, theme: Theme, width: int) -> None:
    """Draw headings, lists and plain text; other Markdown is shown as written."""
    axes.axis("off")
    axes.set_xlim(0, 1)
    y = 1.0
    for line in text.splitlines():
        level = len(line) - len(line.lstrip("#"))
        size = {1: 15.0, 2: 12.5, 3: 11.0}.get(level, NORMAL)
        words = line.lstrip("# ").replace("**", "").replace("`", "")
        words = f"•  {words.lstrip()[2:]}" if words.lstrip().startswith(("* ", "- ")) else words
        for part in textwrap.wrap(words, int(width * 9.0 / size)) or [""]:
            axes.text(
                0, y, part, va="top", fontsize=size, fontweight="bold" if level else "normal", color=theme.ink,
                transform=axes.transAxes, parse_math=False,
            )  # fmt: skip
            y -= size / 72 * 1.45 / axes.bbox.height * axes.figure.dpi


def _annotate(axes: Any, properties: Mapping[str, Any], theme: Theme) -> None:
    for each in (properties.get("annotations") or {}).get("horizontal") or []:
        if isinstance(each, Mapping) and "value" in each:
            colour = each.get("color") or theme.states["ALARM"]
            axes.axhline(float(each["value"]), color=colour, linewidth=1.2, linestyle="--", label=each.get("label"))


def _style(axes: Any, theme: Theme) -> None:
    axes.set_facecolor(theme.card)
    axes.grid(axis="y", color=theme.grid)
    axes.set_axisbelow(True)
    axes.tick_params(colors=theme.soft, labelsize=SMALL, length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _limit(axes: Any, stated: Mapping[str, Any], theme: Theme) -> None:
    low, high = stated.get("min"), stated.get("max")
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    axes.set_ylim(bottom=low if low is not None else min(0.0, axes.dataLim.y0), top=high)
    axes.set_ylabel(stated.get("label") or "", color=theme.soft, fontsize=SMALL)


def _dates(axes: Any) -> None:
    locator = AutoDateLocator(minticks=3, maxticks=7, tz=UTC)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator, tz=UTC, show_offset=False))


def _legend(axes: Any, right: Any, theme: Theme) -> None:
    handles, labels = axes.get_legend_handles_labels()
    if right is not None:
        more = right.get_legend_handles_labels()
        handles, labels = handles + more[0], labels + more[1]
    if handles:
        axes.legend(
            handles, [_short(label, MOST_CHARACTERS) for label in labels], loc="upper left", bbox_to_anchor=(0, -0.14),
            ncols=2, frameon=False, fontsize=SMALL, labelcolor=theme.ink, borderaxespad=0, handlelength=1.4,
        )  # fmt: skip


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:,.3g}" if abs(value) < 1000 else f"{value:,.0f}"


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _moment(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, TIME).replace(tzinfo=UTC)
    except ValueError:
        return None
