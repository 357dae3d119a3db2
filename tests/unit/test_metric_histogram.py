"""What a store of metrics keeps of the values it is given."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoplib.localaws.metrics import math_operators, metric_math, statistics
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


ERRORS, CALLS = {0: 1.0, 60: 1.0}, {0: 2.0, 60: 4.0, 120: 8.0}
GRID = range(0, 180, 60)


def evaluated(expression):
    series = {"errors": ERRORS, "calls": CALLS, "none": {}}
    return metric_math.evaluate(metric_math.parse(expression), metric_math.Known(series, tuple(series), GRID, 60))


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("100 * errors / calls", {0: 50.0, 60: 25.0}),
        ("errors / none", {}),
        ("errors / (calls - calls)", {}),
        ("calls - errors ^ 2", {0: 1.0, 60: 3.0}),
        ("SUM([errors, calls])", {0: 3.0, 60: 5.0, 120: 8.0}),
        ("MAX(METRICS()) ", {0: 2.0, 60: 4.0, 120: 8.0}),
        ('SUM(METRICS("all"))', CALLS),
        ("SUM(METRICS() * 2)", {0: 6.0, 60: 10.0, 120: 16.0}),
        ("AVG([errors, calls])", {0: 1.5, 60: 2.5, 120: 8.0}),
        ("calls / SUM(calls) * 14", CALLS),
        ("FILL(errors, 0) + 1", {0: 2.0, 60: 2.0, 120: 1.0}),
        ("FILL(none, 3)", {0: 3.0, 60: 3.0, 120: 3.0}),
        ("FILL(errors, REPEAT)", {0: 1.0, 60: 1.0, 120: 1.0}),
        ("FILL(IF(calls != 4, calls), LINEAR)", {0: 2.0, 60: 5.0, 120: 8.0}),
        ("-errors", {0: -1.0, 60: -1.0}),
        ("calls > 2", {0: 0.0, 60: 1.0, 120: 1.0}),
        ("calls > 2 AND calls < 8", {0: 0.0, 60: 1.0, 120: 0.0}),
        ("calls <= 2 || !(calls != 8)", {0: 1.0, 60: 0.0, 120: 1.0}),
        ("IF(calls > 3, 100 * errors / calls, 0)", {0: 0.0, 60: 25.0}),
        ("IF(errors, calls)", {0: 2.0, 60: 4.0}),
        ("IF(calls > 3 && NOT errors, 1, 0)", {0: 0.0, 60: 0.0}),
        ("RATE(calls)", {60: 2 / 60, 120: 4 / 60}),
        ("DIFF(calls)", {60: 2.0, 120: 4.0}),
        ("RUNNING_SUM(calls) / PERIOD(calls)", {0: 2 / 60, 60: 6 / 60, 120: 14 / 60}),
        ("TIME_SERIES(METRIC_COUNT(METRICS()))", {0: 3.0, 60: 3.0, 120: 3.0}),
        ("calls * DATAPOINT_COUNT(errors)", {0: 4.0, 60: 8.0, 120: 16.0}),
        ("FIRST([calls, errors]) - LAST([errors, calls])", {0: 0.0, 60: 0.0, 120: 0.0}),
        ("CEIL(calls / 3) + ABS(-errors)", {0: 2.0, 60: 3.0}),
        ("MINUTE(calls)", {0: 0.0, 60: 1.0, 120: 2.0}),
    ],
)
def test_metric_math(expression, expected):
    assert evaluated(expression) == pytest.approx(expected)


@pytest.mark.parametrize(
    "expression",
    [
        "ANOMALY_DETECTION_BAND(calls, 2)",
        "SORT(calls, MAX)",
        "errors +",
        "__import__('os')",
        "errors.x",
        "1 + 1",
        "SUM()",
    ],
)
def test_what_cannot_be_computed_is_refused(expression):
    with pytest.raises(math_operators.UnsupportedExpression):
        evaluated(expression)


def of_ten(name):
    cell = Histogram()
    for number in range(1, 11):
        cell.add(float(number))
    statistics.check(name)
    return statistics.value(name, cell)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Average", 5.5),
        ("p90", 9.0),
        ("tm90", 5.0),
        ("TM(10%:90%)", 5.5),
        ("tm(10%:90%)", 5.5),
        ("TM(2:8)", 5.5),
        ("tc90", 9.0),
        ("TC(80%:100%)", 2.0),
        ("ts50", 15.0),
        ("TS(80%:)", 19.0),
        ("wm80", 5.2),
        ("WM(10%:90%)", 5.5),
        ("IQM", 5.5),
        ("PR(:5)", 50.0),
        ("PR(5:)", 50.0),
        ("PR(2:4)", 20.0),
    ],
)
def test_statistics_of_a_part_of_the_values(name, expected):
    assert of_ten(name) == pytest.approx(expected)


@pytest.mark.parametrize("name", ["Median", "p101", "tm", "TM(10%:90)", "PR(10%:90%)", "xm90", ""])
def test_what_is_no_statistic_is_refused(name):
    with pytest.raises(statistics.UnsupportedStatistic):
        statistics.check(name)
