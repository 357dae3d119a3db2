"""What a store of metrics keeps of the values it is given."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoplib.localaws.metrics import metric_math
from shoplib.localaws.metrics.histogram import FINEST, MOST_VALUES, Histogram, merged
from shoplib.localaws.metrics.store import MOST_CELLS, MOST_SERIES, Metric, Store

VALUES = st.lists(st.floats(0.001, 100_000), min_size=1, max_size=600)


def cell_of(values):
    found = Histogram()
    for value in values:
        found.add(value)
    return found


@given(VALUES, st.sampled_from([0, 1, 50, 90, 99, 99.9, 100]))
def test_percentiles_are_those_of_all_values(values, percent):
    cell = cell_of(values)
    exact = sorted(values)[max(0, math.ceil(len(values) * percent / 100 - 1e-9) - 1)]
    assert cell.percentile(percent) == pytest.approx(exact, rel=0.0 if not cell.width else cell.width / 2 + 1e-9)
    assert len(cell.values) <= MOST_VALUES
    assert (cell.count, cell.low, cell.high) == (len(values), min(values), max(values))


@given(VALUES, VALUES)
def test_cells_merge_to_the_cell_of_all(one, other):
    found = merged([cell_of(one), cell_of(other)])
    whole = cell_of(one + other)
    assert (found.count, found.low, found.high) == (whole.count, whole.low, whole.high)
    assert found.total == pytest.approx(whole.total)
    assert found.percentile(90) == pytest.approx(whole.percentile(90), rel=found.width + whole.width + 1e-9)


def test_durations_of_a_busy_minute_are_right_to_a_percent():
    cell = cell_of(1 + number / 1000 for number in range(9000))
    assert cell.width == FINEST
    assert cell.percentile(50) == pytest.approx(5.5, rel=0.01)
    assert cell.percentile(99) == pytest.approx(9.91, rel=0.01)


def test_a_statistic_set_hides_its_percentiles():
    cell = Histogram()
    cell.add_set(2, 10, 5, 5)
    assert cell.percentile(90) == 5
    cell.add_set(10, 100, 1, 50)
    assert cell.percentile(90) is None and (cell.count, cell.total, cell.low, cell.high) == (12, 110, 1, 50)


def test_a_store_stays_small_and_loses_no_sum():
    store, metric = Store(), Metric.of("n", "m", {})
    for minute in range(3 * MOST_CELLS):
        store.add(metric, minute * 60, 1.0)
    cells = store.cells(metric, 0, math.inf)
    assert len(cells) <= MOST_CELLS
    assert sum(cell.total for _, _, cell in cells) == 3 * MOST_CELLS
    for number in range(MOST_SERIES + 10):
        store.add(Metric.of("n", "other", {"d": str(number)}), 0, 1.0)
    assert len(store.metrics()) == MOST_SERIES


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("100 * errors / calls", {0: 50.0, 60: 25.0}),
        ("errors / none", {}),
        ("calls - errors ^ 2", {0: 1.0, 60: 3.0}),
        ("SUM([errors, calls])", {0: 3.0, 60: 5.0, 120: 8.0}),
        ("MAX(METRICS()) ", {0: 2.0, 60: 4.0, 120: 8.0}),
        ("calls / SUM(calls) * 14", {0: 2.0, 60: 4.0, 120: 8.0}),
        ("FILL(errors, 0) + 1", {0: 2.0, 60: 2.0, 120: 1.0}),
        ("-errors", {0: -1.0, 60: -1.0}),
    ],
)
def test_metric_math(expression, expected):
    known = {"errors": {0: 1.0, 60: 1.0}, "calls": {0: 2.0, 60: 4.0, 120: 8.0}, "none": {}}
    assert metric_math.evaluate(metric_math.parse(expression), known) == pytest.approx(expected)


@pytest.mark.parametrize(
    "expression", ["ANOMALY_DETECTION_BAND(m1, 2)", "errors +", "__import__('os')", "errors.x", "1 + 1"]
)
def test_what_cannot_be_computed_is_refused(expression):
    with pytest.raises(metric_math.UnsupportedExpression):
        metric_math.evaluate(metric_math.parse(expression), {"errors": {0: 1.0}})
