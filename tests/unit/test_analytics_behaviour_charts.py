"""What the plots say: a claim only where the intervals bear it, and something to read where there is nothing."""

import random

import pandas as pd
import pytest

from shoplib import analytics
from shoplib.analytics import charts
from tests.unit.behaviour_events import STEPS, crowd, event, frame

ROWS = frame(*crowd(1, 1_500))


def shopped(counts: dict[str, tuple[int, int]]) -> pd.DataFrame:
    """Visitors per device, and how many of them buy."""
    rows = []
    for device, (visitors, buyers) in counts.items():
        for who in range(visitors):
            for name in STEPS if who < buyers else STEPS[:1]:
                rows.append(event(len(rows), name, 10 * STEPS.index(name), f"{device}{who}", device=device))
    # Ids decide between events of one moment alone; here every step has its own.
    return frame(*rows)


def test_a_group_wins_only_when_the_intervals_are_apart():
    clear = charts.funnel_by(analytics.funnel(shopped({"mobile": (90, 5), "desktop": (80, 60)}), by="device"))
    assert clear.alt.startswith("purchase is reached most often by device desktop: 75.0% of 80 sessions")
    close = charts.funnel_by(analytics.funnel(shopped({"mobile": (9, 5), "desktop": (8, 5)}), by="device"))
    assert close.alt.startswith("No device clearly reaches purchase more often")


def test_more_groups_than_colours_are_told():
    rows = [event(n, "view_item", n, f"v{n}", source=f"source {n % 9}") for n in range(90)]
    chart = charts.funnel_by(analytics.funnel(frame(*rows), ["view_item"], by="source"))
    assert "the 6 largest of 9 groups" in chart.figure.axes[0].get_xlabel()


def test_the_funnel_of_visitors_says_visitors():
    assert "visitors" in charts.funnel(analytics.funnel(ROWS, per="visitor")).alt
    assert "All 3 sessions are at view_item" in charts.funnel(analytics.funnel(shopped({"m": (3, 0)}), STEPS[:1])).alt
    rates = analytics.conversion_rate(analytics.sessions(ROWS), by="device", per="visitor")
    assert "visitors" in charts.conversion(rates).figure.axes[0].get_xlabel()


def test_a_difference_is_told_only_where_the_interval_leaves_zero_out():
    table = analytics.funnel(shopped({"mobile": (90, 5), "desktop": (80, 60)}), by="device")
    parts = [table[table.device == device] for device in ("desktop", "mobile")]
    told = charts.difference(analytics.funnel_difference(*parts), "desktop", "mobile").alt
    assert "desktop and mobile differ most at add_to_cart: +69.4 points for desktop" in told
    same = charts.difference(analytics.funnel_difference(parts[0], parts[0])).alt
    assert "a and b cannot be told apart at any step" in same


def test_abandonment_tells_carts_and_checkouts():
    sessions = analytics.sessions(shopped({"mobile": (10, 5), "desktop": (8, 2)}))
    assert charts.abandonment(analytics.abandonment(sessions)).alt.startswith(
        "0% of 7 carts are abandoned; 0% of 7 checkouts are abandoned"
    )
    by = analytics.abandonment(analytics.sessions(ROWS), by="device")
    assert {"mobile", "desktop"} <= {
        label.get_text() for label in charts.abandonment(by).figure.axes[0].get_yticklabels()
    }


def test_time_to_convert_tells_median_and_its_interval():
    rows = [
        event(2 * n + late, STEPS[late], 60.0 * n * late, f"v{n}", device="desktop")
        for n in range(1, 60)
        for late in (0, 1)
    ]
    chart = charts.time_to_convert(analytics.funnel_units(frame(*rows), STEPS[:2]))
    assert "Half of those who reach add_to_cart" in chart.alt
    assert "59 times" in chart.alt or "30 times" in chart.alt


def test_attribution_names_what_depends_most_on_the_model():
    rows = frame(*crowd(1, 300, spread=40 * 86_400))
    chart = charts.attribution(analytics.attribution(rows))
    assert "of the revenue, by model" in chart.alt
    one = frame(event(1, "purchase", 0, source="google"))
    assert charts.attribution(analytics.attribution(one)).alt.startswith("All models agree: google / (none)")


def test_an_experiment_shows_differences_or_the_broken_split():
    def result(users: int):
        dice = random.Random(1)
        rows = [
            event(
                n, dice.choice(["view_item", "purchase"]), n, f"v{n}", experiment="e", variant="b" if n < users else "a"
            )
            for n in range(200)
        ]
        return analytics.experiment(frame(*rows), "e")

    assert len(charts.experiment(result(100)).figure.axes) == 2
    broken = charts.experiment(result(30))
    assert "Do not read this experiment" in broken.alt
    assert broken.figure.axes[0].get_xlabel() == "users (line: planned)"


def test_a_trend_tells_its_anomalies_or_that_it_cannot():
    days = pd.Series(50.0, index=pd.date_range("2026-01-01", periods=70))
    days.iloc[60] = 500
    assert "1 of 42 days out of the ordinary, most of all 02 March 2026 with 500 where 50 is usual" in (
        charts.trend(analytics.trend(days)).alt
    )
    assert "none of" in charts.trend(analytics.trend(days[:60])).alt
    assert "too little history" in charts.trend(analytics.trend(days[:10])).alt


def test_paths_and_transitions_say_what_is_usual():
    rows = frame(*[event(n, name, n, "ann") for n, name in enumerate(STEPS)], event(9, "view_item", 0, "bob"))
    assert "view_item → (end)" in charts.paths(analytics.paths(rows, 3)).alt
    told = charts.transitions(analytics.transitions(rows)).alt
    assert "end most often after view_item: 50%" in told
    sold = charts.transitions(analytics.transitions(frame(event(1, "purchase", 0))))
    assert "Every session ends with a purchase" in sold.alt


@pytest.mark.parametrize(
    "draw",
    [
        lambda: charts.funnel_by(analytics.funnel(frame(), by="device")),
        lambda: charts.time_to_convert(analytics.funnel_units(frame())),
        lambda: charts.attribution(analytics.attribution(frame())),
        lambda: charts.abandonment(analytics.abandonment(analytics.sessions(frame()))),
        lambda: charts.difference(analytics.funnel_difference(*[analytics.funnel(frame())] * 2)),
        lambda: charts.trend(analytics.trend(analytics.sessions(frame()))),
        lambda: charts.paths(analytics.paths(frame())),
        lambda: charts.transitions(analytics.transitions(frame())),
    ],
)
def test_nothing_to_draw_is_said(draw):
    assert "there is no data to draw" in draw().alt


@pytest.mark.parametrize(
    "draw",
    [
        lambda: charts.funnel_by(analytics.funnel(ROWS, by=["device", "day"])),
        lambda: charts.funnel_by(analytics.funnel(ROWS, by="category", touch="all", per="visitor")),
        lambda: charts.time_to_convert(analytics.funnel_units(ROWS, STEPS, mode="unordered")),
        lambda: charts.attribution(analytics.attribution(ROWS, models=["first", "last"], by="campaign")),
        lambda: charts.paths(analytics.paths(ROWS, 8)),
        lambda: charts.transitions(analytics.transitions(ROWS)),
    ],
)
def test_every_chart_is_a_picture(draw):
    drawn = draw()
    assert drawn.png().startswith(b"\x89PNG")
    assert not any(axes.get_facecolor()[3] for axes in drawn.figure.axes), "white on a dark page"
