"""A chart as SVG within a page: the page's font, colours that follow its light or dark scheme, and two widths.

Colours become CSS variables, `--ink`, `--soft`, `--pale`, `--blue`, `--orange`, `--green`, which the page defines.
"""

import io
import re
from html import escape
from textwrap import fill

import matplotlib
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, DateConverter
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, NullFormatter, ScalarFormatter, FuncFormatter

from shoplib.analytics.charts.chart import BLUE, GREEN, GREY, INK, ORANGE, PALE, Chart

VARIABLES = {
    **dict.fromkeys(("#000000", "black", INK.lower()), "var(--ink)"),
    **{GREY.lower(): "var(--soft)", PALE.lower(): "var(--pale)"},
    **{BLUE.lower(): "var(--blue)", ORANGE.lower(): "var(--orange)", GREEN.lower(): "var(--green)"},
}
# Inches; a telephone's 390 pixels less the page's margins at 96 to the inch.
NARROW = 3.7
LABEL, AXIS, TICKS = 16, 44, 4


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
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": key, "svg.id": key}):
        figure.savefig(out, format="svg", facecolor="none", metadata={"Date": None, "Creator": None})
    text = out.getvalue()
    return _themed(_own_names(text[text.index("<svg") :], key))


def _own_names(text: str, key: str) -> str:
    """Names are one page's, not one picture's."""
    text = re.sub(r'\bid="', f'id="{key}-', text)
    text = re.sub(r'(href="#|url\(#)', rf"\g<1>{key}-", text)
    return re.sub(r"<metadata>.*?</metadata>|<!--.*?-->", "", text, flags=re.DOTALL)


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
            axis.label.set_text(fill(axis.label.get_text().replace("\n", " "), AXIS))
            axis.label.set_fontsize(8)
        axes.tick_params(labelsize=8)
    for legend in figure.legends:
        legend.set_ncols(1)


def _fit_ticks(axis, is_vertical: bool) -> None:
    formatter = axis.get_major_formatter()
    if isinstance(axis.get_converter(), DateConverter) or "Date" in type(axis.get_converter()).__name__:
        locator = AutoDateLocator(maxticks=TICKS + 1)
        axis.set_major_locator(locator)
        axis.set_major_formatter(ConciseDateFormatter(locator))
    elif isinstance(formatter, ScalarFormatter | FuncFormatter):
        axis.set_major_locator(MaxNLocator(TICKS))
    elif is_vertical and not isinstance(formatter, NullFormatter):
        places = axis.get_ticklocs()
        axis.set_ticks(places, [fill(label.get_text(), LABEL) for label in axis.get_ticklabels()])
