"""Charts of paths through the shop: a heat map of transitions, and a flow chart."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import pairwise

import pandas as pd
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from shoplib.analytics.charts.chart import Chart, axes_for, nothing, shades
from shoplib.analytics.charts.palette import BLUE, GREEN, GREY, INK
from shoplib.analytics.paths import BEGIN, END

# Shares below this are shown, but not written: text would cover text.
WRITTEN, LABELLED = 0.005, 0.035
GAP, WIDE = 0.025, 0.11
SAYINGS = 5


def transitions(matrix: pd.DataFrame) -> Chart:
    """`transitions(events)`: for each event, the shares of the next events."""
    if matrix.empty:
        return nothing("Transitions")
    title = _leak(matrix)
    figure, axes = axes_for(title, height=1.7 + 0.36 * len(matrix))
    texts = [f"{value * 100:.0f}" if value >= WRITTEN else "" for value in matrix.to_numpy().flat]
    shades(axes, matrix, texts, darkest=1)
    axes.set_xticks(range(matrix.shape[1]), matrix.columns, rotation=35, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(matrix.shape[0]), matrix.index)
    axes.set_xlabel("next event of the session, % of the row (each row adds up to 100)")
    axes.set_ylabel("event")
    return Chart(figure, title, f"{_most_frequent_steps(matrix)}.")


def _leak(matrix: pd.DataFrame) -> str:
    before = matrix[END].drop([BEGIN, "purchase"], errors="ignore")
    if before.empty or not before.max():
        return "Every session ends with a purchase"
    return f"Without a purchase, sessions end most often after {before.idxmax()}: {before.max():.0%} of its occurrences"


def _most_frequent_steps(matrix: pd.DataFrame) -> str:
    rows = [f"after {name} comes {matrix.loc[name].idxmax()} ({matrix.loc[name].max():.0%})" for name in matrix.index]
    return "; ".join(rows).capitalize()


@dataclass(frozen=True)
class Flow:
    """Sessions with `name` as event number `place`, and `after` as the next event."""

    place: int
    name: str
    after: str

    @property
    def source(self) -> tuple[int, str]:
        return self.place, self.name

    @property
    def target(self) -> tuple[int, str]:
        return self.place + 1, self.after


def paths(table: pd.DataFrame) -> Chart:
    """`paths(events, k)` as a flow chart: a column per position in the session; heights are shares of sessions."""
    if table.empty:
        return nothing("Paths")
    nodes, flows = _nodes_and_flows(table)
    tops = _box_tops(nodes)
    columns = 1 + max(place for place, _ in nodes)
    title = _title(table)
    figure, axes = axes_for(title, height=4.6)
    # From top to top, so that ribbons of one box do not cross.
    for flow in sorted(flows, key=lambda each: (each.place, tops[each.source][0], tops[each.target][0])):
        _ribbon(axes, flow, flows[flow], tops)
    for (place, name), rate in nodes.items():
        _box(axes, place, name, rate, tops[place, name][0])
    axes.set_xticks(
        [place + WIDE / 2 for place in range(columns)], [_heading(place, nodes) for place in range(columns)]
    )
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.set_xlim(-0.05, columns - 0.15)
    axes.set_ylim(max(top + nodes[key] for key, (top, *_) in tops.items()) + 0.02, -0.02)
    axes.set_yticks([])
    axes.spines[:].set_visible(False)
    axes.set_xlabel("event of the session; heights: share of all sessions; grey: the session ends", fontsize=9)
    details = "; ".join(f"{' > '.join(path)} {rate:.1%}" for path, rate in table[["path", "rate"]].head(SAYINGS).values)
    return Chart(figure, title, f"Most frequent: {details}.")


def _title(table: pd.DataFrame) -> str:
    best = table.iloc[0]
    return f"{best.rate:.0%} of {table.sessions.sum():,} sessions go {' → '.join(best.path)}, the most frequent way"


def _nodes_and_flows(table: pd.DataFrame) -> tuple[dict[tuple[int, str], float], dict[Flow, float]]:
    nodes: Counter[tuple[int, str]] = Counter()
    flows: Counter[Flow] = Counter()
    for path, rate in zip(table.path, table.rate, strict=True):
        for place, name in enumerate(path):
            nodes[place, name] += rate
        for place, (name, after) in enumerate(pairwise(path)):
            flows[Flow(place, name, after)] += rate
    return dict(nodes), dict(flows)


def _box_tops(nodes: dict[tuple[int, str], float]) -> dict[tuple[int, str], list[float]]:
    """The upper edge of each box, and where its next outgoing and incoming ribbons begin; largest on top, session ends
    at the bottom.
    """
    columns = defaultdict(list)
    for (place, name), rate in nodes.items():
        columns[place].append((name == END, -rate, name))
    tops = {}
    for place, boxes in columns.items():
        top = 0.0
        for _, _, name in sorted(boxes):
            tops[place, name] = [top, top, top]
            top += nodes[place, name] + GAP
    return tops


def _ribbon(axes, flow: Flow, rate: float, tops: dict[tuple[int, str], list[float]]) -> None:
    source, target = tops[flow.source], tops[flow.target]
    left, right = flow.place + WIDE, flow.place + 1.0
    bend, first, second = (left + right) / 2, source[1], target[2]
    source[1], target[2] = first + rate, second + rate
    corners = [
        *((left, first), (bend, first), (bend, second), (right, second)),
        *((right, second + rate), (bend, second + rate), (bend, first + rate), (left, first + rate)),
    ]
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3]
    axes.add_patch(PathPatch(Path(corners, codes), color=_colour(flow.after), alpha=0.25, lw=0))


def _box(axes, place: int, name: str, rate: float, top: float) -> None:
    axes.add_patch(Rectangle((place, top), WIDE, rate, color=_colour(name), lw=0))
    if rate >= LABELLED:
        axes.text(place + WIDE + 0.03, top + rate / 2, f"{name}\n{rate:.0%}", va="center", fontsize=7.5, color=INK)


def _colour(name: str) -> str:
    return {END: GREY, "purchase": GREEN}.get(name, BLUE)


def _heading(place: int, nodes: dict[tuple[int, str], float]) -> str:
    if not [name for column, name in nodes if column == place and name != END]:
        return "end"
    return {0: "1st", 1: "2nd", 2: "3rd"}.get(place, f"{place + 1}th")
