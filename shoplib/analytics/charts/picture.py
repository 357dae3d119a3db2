"""A chart as a picture in a page: SVG in two widths that follows the page's light or dark scheme."""

from html import escape
from textwrap import fill
from typing import Any

from matplotlib.category import StrCategoryConverter
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, MaxNLocator

from shoplib import themed_svg
from shoplib.analytics.charts.chart import Chart
from shoplib.analytics.charts.palette import SCHEMES

# Inches; a telephone's 390 pixels less the page's margins at 96 to the inch.
NARROW = 3.7
# Pixels of the window below which the narrow picture is shown.
NARROW_WINDOW = 620
LABEL, AXIS, UPRIGHT, TICKS = 16, 44, 30, 4
# Inches: a line of a row's label, the space between two rows, and what stands above and below the rows.
LINE, GAP, AROUND = 0.125, 0.06, 0.9
# Points, of what is written on cells and beside dots.
WRITTEN = 7


def picture(chart: Chart) -> str:
    """The chart with its alternative text, wide and narrow, each shown where it fits. The page adds the title."""
    if chart.figure.get_suptitle():
        chart.figure.suptitle("")
    wide = themed_svg.source(chart.figure, SCHEMES)
    _make_narrow(chart.figure)
    narrow = themed_svg.source(chart.figure, SCHEMES)
    return (
        f'<picture><source media="(max-width: {NARROW_WINDOW}px)" srcset="{narrow}">'
        f'<img alt="{escape(chart.alt)}" src="{wide}"></picture>'
    )


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
