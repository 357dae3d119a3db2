"""A chart as SVG within a page: the page's font, colours that follow its light or dark scheme, and two widths.

Colours become CSS variables, `--ink`, `--soft`, `--pale`, `--blue`, `--orange`, `--green`, which the page defines.
"""

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

VARIABLES = {
    **dict.fromkeys(("#000000", "black", INK.lower()), "var(--ink)"),
    GREY.lower(): "var(--soft)",
    PALE.lower(): "var(--pale)",
    BLUE.lower(): "var(--blue)",
    ORANGE.lower(): "var(--orange)",
    GREEN.lower(): "var(--green)",
}
# Inches; a telephone's 390 pixels less the page's margins at 96 to the inch.
NARROW = 3.7
LABEL, AXIS, UPRIGHT, TICKS = 16, 44, 30, 4
# Points, of what is written on cells and beside dots.
WRITTEN = 7
NOT_ASKED_FOR = re.compile(r' xmlns(:xlink)?="[^"]*"| id="(figure|axes|patch|text|xtick|ytick|line2d|matplotlib)\w*"')


def svg(chart: Chart, key: str) -> str:
    """The chart twice, wide and narrow, each shown where it fits; the title is left to the page. `key` keeps the names
    inside apart from those of other charts."""
    wide = _drawn(chart.figure, f"{key}w")
    _narrow(chart.figure)
    narrow = _drawn(chart.figure, f"{key}n")
    alt = escape(chart.alt)
    return "".join(
        f'<div class="{width}" role="img" aria-label="{alt}">{text}</div>'
        for width, text in (("wide-chart", wide), ("narrow-chart", narrow))
    )


def _drawn(figure: Figure, key: str) -> str:
    if figure.get_suptitle():
        figure.suptitle("")
    out = io.StringIO()
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": key}):
        figure.savefig(out, format="svg", facecolor="none", metadata={"Date": None, "Creator": None})
    text = out.getvalue()
    return _themed(_own_names(text[text.index("<svg") :], key))


def _own_names(text: str, key: str) -> str:
    """Names are one page's, not one picture's; what a file of its own would need is left out."""
    text = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->|<style.*?</style>", "", text, flags=re.DOTALL)
    text = NOT_ASKED_FOR.sub("", text)
    text = re.sub(r'\bid="', f'id="{key}-', text.replace("xlink:href", "href"))
    return re.sub(r'(href="#|url\(#)', rf"\g<1>{key}-", text)


def _themed(text: str) -> str:
    text = re.sub(r"font: (?:bold )?([0-9.]+)px [^;\"]*", r"font-size: \1px", text)
    return re.sub(r"#[0-9a-f]{6}\b", lambda found: VARIABLES.get(found[0], found[0]), text)


def _narrow(figure: Figure) -> None:
    """Make the figure fit a telephone: labels in lines, fewer ticks, legends in one column."""
    height = float(figure.get_size_inches()[1])
    figure.set_size_inches(NARROW, height + 0.3)
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            _fit_ticks(axis, axis is axes.yaxis)
            axis.label.set_text(fill(axis.label.get_text().replace("\n", " "), UPRIGHT if axis is axes.yaxis else AXIS))
            axis.label.set_fontsize(8)
        axes.tick_params(labelsize=8)
        for text in axes.texts:
            text.set_fontsize(WRITTEN)
    for legend in figure.legends:
        texts, handles = (
            [text.get_text() for text in legend.get_texts()],
            [each for each in legend.legend_handles if each],
        )
        legend.remove()
        figure.legend(handles, texts, loc="outside lower left", frameon=False, fontsize=8)


def _fit_ticks(axis: Any, is_vertical: bool) -> None:
    converter = axis.get_converter()
    if "Date" in type(converter).__name__:
        locator = AutoDateLocator(maxticks=TICKS + 1)
        axis.set_major_locator(locator)
        axis.set_major_formatter(ConciseDateFormatter(locator, show_offset=False))
    elif isinstance(converter, StrCategoryConverter) or isinstance(axis.get_major_locator(), FixedLocator):
        if is_vertical:
            axis.set_ticks(axis.get_ticklocs(), [fill(label.get_text(), LABEL) for label in axis.get_ticklabels()])
    elif axis.get_scale() == "linear":
        axis.set_major_locator(MaxNLocator(TICKS))
