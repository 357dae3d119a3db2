"""Experiments: who takes part, the sample-ratio check before all else, intervals against other ways to them."""

import random
from decimal import Decimal

import numpy as np
import pytest
from scipy import stats

from shoplib import analytics
from shoplib.analytics import bootstrap
from shoplib.errors import LabError
from tests.unit.behaviour_events import Event, event, frame


def seen(number: int, seconds: float, visitor: str, variant: str | None, name: str = "view_item", **more) -> Event:
    return event(number, name, seconds, visitor, experiment="button", variant=variant, **more)


def trial(seed: int, users: dict[str, int], chance: dict[str, float]) -> list[Event]:
    dice, rows = random.Random(seed), []
    for variant, count in users.items():
        for user in range(count):
            who = f"{variant}-{user}"
            rows.append(seen(len(rows), dice.randrange(1000), who, variant))
            if dice.random() < chance[variant]:
                value = Decimal(dice.randrange(100, 9000))
                rows.append(event(len(rows), "purchase", 1000 + dice.randrange(9), who, value_minor=value))
    return rows


def test_figures_equal_a_plain_count():
    rows = trial(1, {"control": 400, "green": 420}, {"control": 0.1, "green": 0.3})
    result = analytics.experiment(frame(*rows), "button")
    assert result.trustworthy
    for row in result.variants.itertuples():
        mine = [each for each in rows if each["anonymous_id"].startswith(row.variant)]
        bought = [each["value_minor"] for each in mine if each["event_name"] == "purchase"]
        assert row.users == len({each["anonymous_id"] for each in mine})
        assert row.conversions == len(bought)
        assert row.revenue == sum(bought) / 100
        assert (row.low, row.high) == pytest.approx(analytics.wilson(len(bought), row.users))
    assert result.ratio_p_value == pytest.approx(stats.chisquare([400, 420]).pvalue)
    told = result.differences.iloc[0]
    counts = [tuple(result.variants.loc[place, ["conversions", "users"]]) for place in (1, 0)]
    assert told.difference == pytest.approx(counts[0][0] / 420 - counts[1][0] / 400)
    table = [[bought, users - bought] for bought, users in counts]
    assert told.p_value == pytest.approx(stats.chi2_contingency(table, correction=False).pvalue)
    assert "green converts better than control" in result.verdict


def test_the_bootstrap_agrees_with_scipys():
    dice = np.random.default_rng(4)
    first, second = (np.where(dice.random(500) < p, dice.integers(100, 900, 500), 0) for p in (0.2, 0.3))
    means = [bootstrap.means(values, 4000, np.random.default_rng(1)) for values in (first, second)]
    ours = np.quantile(means[1] - means[0], [0.025, 0.975])
    theirs = stats.bootstrap(
        (second, first), lambda a, b, axis: a.mean(axis) - b.mean(axis), method="percentile", n_resamples=4000, rng=2
    ).confidence_interval
    assert ours == pytest.approx(list(theirs), abs=0.12 * (theirs.high - theirs.low))
    assert means[0].mean() == pytest.approx(first.mean(), rel=0.02)
    assert means[0].std() == pytest.approx(first.std() / np.sqrt(500), rel=0.05)


def test_a_bootstrap_in_portions_is_a_bootstrap(monkeypatch):
    values = np.array([0] * 90 + [100] * 10)
    whole = bootstrap.means(values, 300, np.random.default_rng(3))
    monkeypatch.setattr(bootstrap, "DRAWS_AT_ONCE", 50)
    parts = bootstrap.means(values, 300, np.random.default_rng(3))
    assert len(parts) == 300
    assert parts == pytest.approx(whole)


def test_the_same_seed_gives_the_same_answer():
    rows = frame(*trial(2, {"a": 100, "b": 100}, {"a": 0.2, "b": 0.2}))
    first, again, other = (analytics.experiment(rows, "button", seed=seed).differences for seed in (1, 1, 2))
    assert first.equals(again)
    assert first.revenue_low[0] != other.revenue_low[0]


def test_an_odd_split_is_not_judged():
    rows = frame(*trial(3, {"control": 500, "green": 300}, {"control": 0.1, "green": 0.9}))
    result = analytics.experiment(rows, "button")
    assert not result.trustworthy
    assert result.differences.empty
    assert "Do not read this experiment: control has 500 users, planned 400" in result.verdict
    assert len(analytics.experiment(rows, "button", despite_ratio=True).differences) == 1
    planned = analytics.experiment(rows, "button", {"control": 5 / 8, "green": 3 / 8})
    assert planned.trustworthy
    assert len(planned.differences) == 1


def test_users_in_two_variants_are_left_out_and_counted():
    rows = frame(
        seen(1, 0, "ann", "a"),
        seen(2, 5, "ann", "b"),
        seen(3, 0, "bob", "a"),
        seen(4, 0, "cat", "b"),
        seen(5, 0, "d", None),
    )
    result = analytics.experiment(rows, "button")
    assert (result.excluded, result.variants.users.tolist()) == (1, [1, 1])


def test_a_user_on_two_devices_is_one_user():
    rows = frame(seen(1, 0, "phone", "a", user_id="u"), seen(2, 5, "laptop", "b", user_id="u"), seen(3, 0, "bob", "a"))
    assert analytics.experiment(rows, "button").excluded == 1


def test_purchases_before_the_first_sight_do_not_count_and_the_one_that_saw_it_does():
    rows = [event(1, "purchase", 0), seen(2, 10, "ann", "a"), seen(3, 0, "bob", "b", "purchase")]
    table = analytics.experiment(frame(*rows), "button").variants
    assert table.conversions.tolist() == [0, 1]


def test_two_orders_of_a_user_are_one_conversion_and_all_of_the_revenue():
    rows = [seen(1, 0, "ann", "a"), event(2, "purchase", 1), event(3, "purchase", 90_000), seen(4, 0, "bob", "b")]
    table = analytics.experiment(frame(*rows), "button").variants
    assert table.conversions.tolist() == [1, 0]
    assert table.revenue.tolist() == [Decimal("17.00"), Decimal("0.00")]


def test_nobody_bought_and_one_variant_alone():
    result = analytics.experiment(frame(seen(1, 0, "ann", "a"), seen(2, 0, "bob", "b")), "button")
    assert result.differences.loc[0, ["difference", "revenue_low", "revenue_high"]].tolist() == [0, 0, 0]
    assert "cannot be told apart" in result.verdict
    alone = analytics.experiment(frame(seen(1, 0, "ann", "a")), "button")
    assert (alone.differences.empty, alone.verdict) == (True, "Only a was seen: there is nothing to compare.")


def test_a_planned_variant_that_nobody_saw_fails_the_check_or_has_no_rate():
    rows = frame(*[seen(number, 0, f"u{number}", "a") for number in range(30)])
    result = analytics.experiment(rows, "button", {"a": 0.5, "b": 0.5})
    assert not result.trustworthy
    few = analytics.experiment(frame(seen(1, 0, "ann", "a")), "button", {"a": 0.5, "b": 0.5})
    assert few.differences.difference.isna().all()


def test_all_users_in_two_variants_leave_nobody():
    result = analytics.experiment(frame(seen(1, 0, "ann", "a"), seen(2, 5, "ann", "b")), "button")
    assert (result.excluded, result.verdict) == (1, "No user is left.")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"name": "colour"}, "experiments: button"),
        ({"name": "button", "planned": {"a": 1.0}}, "users saw b"),
        ({"name": "button", "planned": {"a": 0.5, "b": 0.6}}, "add up to 1.1"),
        ({"name": "button", "control": "c"}, "variant not found: c"),
    ],
)
def test_mistakes_are_told(asked, told):
    with pytest.raises(LabError, match=told):
        analytics.experiment(frame(seen(1, 0, "ann", "a"), seen(2, 0, "bob", "b")), **asked)


def test_no_events_at_all():
    with pytest.raises(LabError, match="experiments: none"):
        analytics.experiment(frame(), "button")


def test_a_notebook_shows_the_verdict_and_escapes_names():
    rows = [event(n, "view_item", 0, f"v{n}", experiment="<b>", variant="ab"[n % 2]) for n in range(4)]
    shown = analytics.experiment(frame(*rows), "<b>")._repr_html_()
    assert "&lt;b&gt;" in shown
    assert shown.count("<table") == 2
