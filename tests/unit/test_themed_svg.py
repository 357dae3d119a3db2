"""Figures in a notebook: readable in a light and in a dark theme, with their text for who cannot see them."""

import base64
import re

import pytest
from matplotlib.figure import Figure

from shoplib import themed_svg
from shoplib.analytics.charts import Chart
from shoplib.analytics.charts.chart import axes_for
from shoplib.analytics.charts.palette import BLUE, PAPER
from shoplib.dashboards.dashboard import Dashboard
from shoplib.dashboards.theme import LIGHT
from shoplib.experiments import timeline


def drawing(html: str) -> str:
    found = re.search(r'src="data:image/svg\+xml;base64,([^"]+)"', html)
    assert found
    return base64.b64decode(found[1]).decode()


def chart() -> Chart:
    figure, axes = axes_for("Two of three & more", 2)
    axes.plot([1, 2], [1, 2], color=BLUE)
    return Chart(figure, "Two of three & more", "1, 2")


def test_a_chart_follows_the_theme_of_the_notebook():
    html = chart()._repr_html_()
    assert 'alt="Two of three &amp; more. 1, 2"' in html
    assert "[data-jp-theme-light=false] .shoplib-figure{color-scheme:dark}" in html
    inside = drawing(html)
    style = inside[: inside.index("</style>")]
    assert "prefers-color-scheme: dark" in style
    for colour in (BLUE, PAPER, "#000000"):
        assert colour.lower() not in inside[len(style) :], "a colour that no theme changes"


def test_a_chart_is_shown_as_often_as_wanted_with_its_title():
    shown = chart()
    assert shown._repr_html_()
    assert "Two of three &amp; more" in drawing(shown._repr_html_())


def test_nothing_white_lies_behind_a_plot():
    marks, levels = [timeline.Mark(0, "a")], [timeline.Level(0, "b", 1)]
    figure = timeline.draw("a finding", marks, levels).figure
    assert [axes.get_facecolor()[3] for axes in figure.axes] == [0, 0]


@pytest.mark.parametrize("name", ["page", "card", "ink"])
def test_a_dashboard_follows_it_too(name):
    board = Dashboard("shop", Figure(facecolor=getattr(LIGHT, name)), "Dashboard shop")
    assert f"fill: var(--{name})" in drawing(board._repr_html_())


def test_the_same_figure_is_the_same_text():
    assert themed_svg.source(chart().figure, {}) == themed_svg.source(chart().figure, {})


def test_a_title_of_capitals_ends_within_the_figure():
    name = "YELLOW/PINK FLOWER DESIGN BAG"
    figure, _ = axes_for(f"{name} + {name.replace('PINK', 'BLUE')}: 1,267 times as often in one order as by chance", 2)
    figure.canvas.draw()
    [title] = figure.texts
    assert title.get_window_extent().x1 < figure.get_window_extent().x1
