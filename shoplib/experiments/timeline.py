"""Draw a timeline: one row of marks per lane, and lines of levels below."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from shoplib.analytics.charts import Chart
from shoplib.analytics.charts.chart import STEPS, axes_for
from shoplib.analytics.charts.palette import BLUE, COLOURS, FAINT, GREEN, GREY, ORANGE, RED

# Outcome -> colour and mark; the mark alone tells them apart, too.
LOOKS = {
    "ok": (GREEN, "o"),
    "failed": (RED, "X"),
    "refused": (ORANGE, "v"),
    "again": (BLUE, "s"),
    "stale": (BLUE, "D"),
    "waiting": (GREY, "d"),
    "cold start": (BLUE, "s"),
}
TIME = "seconds"
ZOOMED = 0.7  # levels that lie closer together than this part of the highest are drawn without the zero
SPREAD = (0.0, -0.2, 0.2, -0.1, 0.1, -0.3, 0.3)
ROW, MARGIN, LINES = 0.34, 1.25, 1.9  # inches


@dataclass(frozen=True)
class Mark:
    """Something that happened at `at` (seconds): in which lane, how it ended, and how many seconds it took if that is
    of interest."""

    at: float
    lane: str
    outcome: str = "ok"
    seconds: float = 0.0


@dataclass(frozen=True)
class Level:
    """The value of `series` from `at` on."""

    at: float
    series: str
    value: float


def draw(finding: str, marks: Sequence[Mark], levels: Sequence[Level] = (), axis: str = TIME) -> Chart:
    """Draw the chart over `axis`. Over time a level holds until the next one; otherwise lines connect them."""
    lanes = list(dict.fromkeys(mark.lane for mark in marks))
    height = MARGIN + ROW * len(lanes) + (LINES if levels else 0)
    figure, axes = axes_for(finding, height)
    above = _split(figure, axes, len(lanes)) if lanes and levels else axes
    if lanes:
        _marks(above, lanes, marks)
    if levels:
        _lines(axes, levels, "steps-post" if axis == TIME else "default")
    axes.set_xlabel(axis, fontsize=9)
    if axis != TIME:
        axes.xaxis.set_major_locator(MaxNLocator(8, integer=True, steps=STEPS))
    figure.legend(loc="outside lower left", ncols=4, frameon=False, fontsize=8)
    return Chart(figure, finding, _in_words(lanes, marks, levels))


def _split(figure: Figure, axes: Any, lanes: int) -> Any:
    """Two plots over one axis of time; `axes` becomes the lower one."""
    grid = figure.add_gridspec(2, 1, height_ratios=[ROW * lanes + 0.3, LINES])
    axes.set_subplotspec(grid[1])
    above = figure.add_subplot(grid[0], sharex=axes, facecolor="none")
    above.spines[["top", "right"]].set_visible(False)
    above.tick_params(labelsize=9, labelbottom=False)
    return above


def _marks(axes: Any, lanes: Sequence[str], marks: Sequence[Mark]) -> None:
    rows = _rows(lanes, marks)
    for outcome, (colour, shape) in LOOKS.items():
        those = [(mark, row) for mark, row in zip(marks, rows, strict=True) if mark.outcome == outcome]
        if those:
            axes.scatter(
                [mark.at for mark, _ in those], [row for _, row in those], c=colour, marker=shape, s=40, label=outcome,
                zorder=3, edgecolors="white", linewidths=0.5,
            )  # fmt: skip
            for mark, row in those:
                axes.plot([mark.at, mark.at + mark.seconds], [row, row], color=colour, linewidth=1.4, alpha=0.6)
    axes.set_yticks(range(len(lanes)), lanes)
    axes.set_ylim(len(lanes) - 0.5, -0.5)
    axes.grid(axis="y", color=FAINT)


def _rows(lanes: Sequence[str], marks: Sequence[Mark]) -> list[float]:
    """Where each mark lies: those of a lane a little above and below each other, so that none hides its neighbour."""
    counts, rows = dict.fromkeys(lanes, 0), []
    for mark in marks:
        rows.append(lanes.index(mark.lane) + SPREAD[counts[mark.lane] % len(SPREAD)])
        counts[mark.lane] += 1
    return rows


def _lines(axes: Any, levels: Sequence[Level], style: str) -> None:
    for number, series in enumerate(dict.fromkeys(level.series for level in levels)):
        those = sorted((level for level in levels if level.series == series), key=lambda level: level.at)
        ats, values = [level.at for level in those], [level.value for level in those]
        colour = COLOURS[number % len(COLOURS)]
        axes.plot(ats, values, drawstyle=style, label=series, color=colour, linewidth=1.8)
    values = [level.value for level in levels]
    if min(values) < ZOOMED * max(values):
        axes.set_ylim(bottom=0)
    whole = all(float(level.value).is_integer() for level in levels)
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=whole, steps=STEPS))


def _in_words(lanes: Sequence[str], marks: Sequence[Mark], levels: Sequence[Level]) -> str:
    """For whoever cannot see the plot."""
    counts = [f"{lane}: {_counts([mark for mark in marks if mark.lane == lane])}" for lane in lanes]
    series = dict.fromkeys(level.series for level in levels)
    ends = {name: [level.value for level in levels if level.series == name] for name in series}
    lines = [
        f"{name}: {values[0]:g} at first, {max(values):g} at most, {values[-1]:g} at last"
        for name, values in ends.items()
    ]
    return "; ".join([*counts, *lines])


def _counts(marks: Sequence[Mark]) -> str:
    outcomes = dict.fromkeys(mark.outcome for mark in marks)
    return ", ".join(f"{sum(mark.outcome == each for mark in marks)} {each}" for each in outcomes)
