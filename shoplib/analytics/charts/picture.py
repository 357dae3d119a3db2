"""A chart as a picture in a page: SVG in two widths that follows the page's light or dark scheme."""

import base64
import io
import re
from html import escape
from textwrap import fill
from typing import Any

import matplotlib
from matplotlib.category import StrCategoryConverter
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, MaxNLocator

from shoplib.analytics.charts.chart import BLUE, GREEN, GREY, INK, ORANGE, PALE, Chart

# What a colour of the plots is in a light and in a dark scheme.
SCHEMES = {
    INK: ("ink", "#16202c", "#e8eef6"),
    GREY: ("soft", "#566270", "#a9b7c7"),
    PALE: ("pale", "#c9d3dc", "#3a485a"),
    BLUE: ("blue", "#0072b2", "#2f8fd3"),
    ORANGE: ("orange", "#d55e00", "#ef7b2a"),
    GREEN: ("green", "#009e73", "#22b58c"),
}
NAMES = {**{colour.lower(): f"var(--{name})" for colour, (name, *_) in SCHEMES.items()}, "#000000": "var(--ink)"}
FONT = 'system-ui, "Segoe UI", Helvetica, Arial, sans-serif'
# Inches; a telephone's 390 pixels less the page's margins at 96 to the inch.
NARROW = 3.7
# Pixels of the window below which the narrow picture is shown.
NARROW_WINDOW = 620
LABEL, AXIS, UPRIGHT, TICKS = 16, 44, 30, 4
# Inches: a line of a row's label, the space between two rows, and what stands above and below the rows.
LINE, GAP, AROUND = 0.125, 0.06, 0.9
# Points, of what is written on cells and beside dots.
WRITTEN = 7


def variables(dark: bool) -> str:
    """The colours as CSS variables."""
    return " ".join(f"--{name}: {both[dark]};" for name, *both in SCHEMES.values())


STYLE = (
    f"<style>:root {{ {variables(False)} }} @media (prefers-color-scheme: dark) {{ :root {{ {variables(True)} }} }} "
    f"* {{ stroke-linejoin: round; stroke-linecap: butt; }} text {{ font-family: {FONT}; fill: var(--ink); }}</style>"
)


def picture(chart: Chart) -> str:
    """The chart with its alternative text, wide and narrow, each shown where it fits. The page adds the title."""
    wide = _to_svg(chart.figure)
    _make_narrow(chart.figure)
    narrow = _to_svg(chart.figure)
    return (
        f'<picture><source media="(max-width: {NARROW_WINDOW}px)" srcset="{narrow}">'
        f'<img alt="{escape(chart.alt)}" src="{wide}"></picture>'
    )


def _to_svg(figure: Figure) -> str:
    if figure.get_suptitle():
        figure.suptitle("")
    out = io.StringIO()
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "shoplib"}):
        figure.savefig(out, format="svg", facecolor="none", metadata={"Date": None, "Creator": None})
    text = out.getvalue()
    return f"data:image/svg+xml;base64,{base64.b64encode(_apply_theme(text[text.index('<svg') :]).encode()).decode()}"


def _apply_theme(text: str) -> str:
    text = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->", "", text, flags=re.DOTALL)
    text = re.sub(r"font: (bold )?([0-9.]+)px [^;\"]*", lambda match: _font(match[1], match[2]), text)
    text = re.sub(r"#[0-9a-f]{6}\b", lambda match: NAMES.get(match[0], match[0]), text)
    return re.sub(r"<style.*?</style>", lambda _: STYLE, text, count=1, flags=re.DOTALL)


def _font(bold: str | None, size: str) -> str:
    return f"font-size: {size}px" + ("; font-weight: bold" if bold else "")


def _make_narrow(figure: Figure) -> None:
    """Make the figure fit a phone: wrapped labels, fewer ticks, legends in one column."""
    height = float(figure.get_size_inches()[1]) + 0.3
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            _fit_ticks(axis, axis is axes.yaxis)
            axis.label.set_text(fill(axis.label.get_text().replace("\n", " "), UPRIGHT if axis is axes.yaxis else AXIS))
            axis.label.set_fontsize(8)
        axes.tick_params(labelsize=8)
        height = max(height, _inches_of_rows(axes.yaxis) + AROUND)
        for text in axes.texts:
            text.set_fontsize(WRITTEN)
    figure.set_size_inches(NARROW, height)
    for legend in figure.legends:
        texts, handles = (
            [text.get_text() for text in legend.get_texts()],
            [each for each in legend.legend_handles if each],
        )
        legend.remove()
        figure.legend(handles, texts, loc="outside lower left", frameon=False, fontsize=8)


def _inches_of_rows(axis: Any) -> float:
    """Inches that the labels of rows need, all as high as the highest: rows are evenly spaced."""
    labels = (
        [label.get_text() for label in axis.get_ticklabels()]
        if isinstance(axis.get_major_locator(), FixedLocator)
        else []
    )
    return len(labels) * (max((label.count("\n") + 1 for label in labels), default=0) * LINE + GAP)


def _fit_ticks(axis: Any, is_vertical: bool) -> None:
    converter = axis.get_converter()
    if "Date" in type(converter).__name__:
        # So few that no span is left without an interval: below two years by at most six months.
        locator = AutoDateLocator(minticks=2, maxticks=TICKS + 3)
        axis.set_major_locator(locator)
        axis.set_major_formatter(ConciseDateFormatter(locator, show_offset=False))
    elif isinstance(converter, StrCategoryConverter) or isinstance(axis.get_major_locator(), FixedLocator):
        if is_vertical:
            axis.set_ticks(axis.get_ticklocs(), [fill(label.get_text(), LABEL) for label in axis.get_ticklabels()])
    elif axis.get_scale() == "linear":
        axis.set_major_locator(MaxNLocator(TICKS))
