"""The state that datapoints mean: the tables of AWS's documentation, its words, and the rules of composite alarms."""

import pytest

from shoplib.localaws.alarms import rules
from shoplib.localaws.alarms.evaluation import ALARM, INSUFFICIENT, OK, Condition, Point, evaluate

VALUES = {"0": 1.0, "X": 9.0, "-": None}
TREATMENTS = ("missing", "ignore", "breaching", "notBreaching")
A, N, KEPT = ALARM, INSUFFICIENT, None


def condition(
    needed: int, periods: int, missing: str = "missing", comparison: str = "GreaterThanThreshold"
) -> Condition:
    return Condition(comparison, 5.0, periods, needed, missing)


def points(text: str) -> list[Point]:
    return [Point(at * 60, VALUES[sign]) for at, sign in enumerate(text.split())]


def states(text: str, needed: int, periods: int) -> list[str | None]:
    verdicts = [evaluate(condition(needed, periods, missing), points(text)) for missing in TREATMENTS]
    return [verdict.state if verdict else None for verdict in verdicts]


@pytest.mark.parametrize(
    ("text", "needed", "expected"),
    [
        ("0 - X - X", 3, [OK, OK, OK, OK]),
        ("0 - - - -", 3, [OK, OK, OK, OK]),
        ("- - - - -", 3, [N, KEPT, A, OK]),
        ("0 X X - X", 3, [A, A, A, A]),
        ("- - X - -", 3, [A, KEPT, A, OK]),
        ("- - - - X", 3, [N, KEPT, A, OK]),
        ("0 - X - X", 2, [A, A, A, A]),
        ("0 0 X 0 X", 2, [A, A, A, A]),
        ("0 - X - -", 2, [OK, OK, A, OK]),
        ("- - - - 0", 2, [OK, OK, A, OK]),
        ("- - - X -", 2, [A, KEPT, A, OK]),
        ("X X X 0 0", 3, [OK, OK, OK, OK]),
        ("X X X X 0", 2, [A, A, A, A]),
    ],
)
def test_the_tables_of_missing_data(text, needed, expected):
    assert states(text, needed, 3) == expected


@pytest.mark.parametrize(
    ("comparison", "value", "breaches"),
    [
        ("GreaterThanThreshold", 5.0, False),
        ("GreaterThanOrEqualToThreshold", 5.0, True),
        ("LessThanThreshold", 5.0, False),
        ("LessThanOrEqualToThreshold", 5.0, True),
        ("LessThanThreshold", 4.0, True),
    ],
)
def test_comparisons(comparison, value, breaches):
    verdict = evaluate(condition(1, 1, comparison=comparison), [Point(0, None), Point(60, None), Point(120, value)])
    assert verdict is not None and verdict.state == (ALARM if breaches else OK)


@pytest.mark.parametrize(
    ("text", "needed", "periods", "missing", "reason"),
    [
        (
            "- - X",
            1,
            1,
            "missing",
            "Threshold Crossed: 1 out of the last 1 datapoints [9.0 (01/01/70 00:02:00)] was greater than the "
            "threshold (5.0) (minimum 1 datapoint for OK -> ALARM transition).",
        ),
        (
            "- 0 X",
            1,
            1,
            "notBreaching",
            "Threshold Crossed: 1 out of the last 1 datapoints [9.0 (01/01/70 00:02:00)] was greater than the "
            "threshold (5.0) (minimum 1 datapoint for OK -> ALARM transition).",
        ),
        (
            "- - X X",
            2,
            2,
            "missing",
            "Threshold Crossed: 2 out of the last 2 datapoints [9.0 (01/01/70 00:03:00), 9.0 (01/01/70 00:02:00)] were "
            "greater than the threshold (5.0) (minimum 2 datapoints for OK -> ALARM transition).",
        ),
        (
            "- - X 0",
            2,
            2,
            "missing",
            "Threshold Crossed: 1 out of the last 2 datapoints [1.0 (01/01/70 00:03:00)] was not greater than the "
            "threshold (5.0) (minimum 1 datapoint for ALARM -> OK transition).",
        ),
        (
            "- - -",
            1,
            1,
            "notBreaching",
            "Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was treated as "
            "[NonBreaching].",
        ),
        (
            "- - - - -",
            3,
            3,
            "breaching",
            "Threshold Crossed: no datapoints were received for 3 periods and 3 missing datapoints were treated as "
            "[Breaching].",
        ),
        ("- - -", 1, 1, "missing", "Insufficient Data: 1 datapoint was unknown."),
        ("- - - -", 2, 2, "missing", "Insufficient Data: 2 datapoints were unknown."),
    ],
)
def test_the_reason_in_the_words_of_aws(text, needed, periods, missing, reason):
    verdict = evaluate(condition(needed, periods, missing), points(text))
    assert verdict is not None and verdict.reason == reason


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("ALARM(a)", True),
        ('ALARM("a b")', True),
        ("OK(a)", False),
        ("NOT OK(a)", True),
        ("ALARM(a) AND OK(b)", True),
        ("ALARM(b) OR ALARM(a) AND OK(b)", True),
        ("(ALARM(b) OR ALARM(a)) AND NOT OK(b)", False),
        ("NOT (ALARM(a) OR ALARM(b))", False),
        ("INSUFFICIENT_DATA(c)", True),
        ("INSUFFICIENT_DATA(arn:aws:cloudwatch:us-east-1:123456789012:alarm:c)", True),
        ("TRUE AND NOT FALSE", True),
        ("FALSE OR NOT NOT TRUE", True),
    ],
)
def test_rules_of_composite_alarms(rule, expected):
    known = {"a": ALARM, "a b": ALARM, "b": OK}
    assert rules.parse(rule).is_true(lambda name: known.get(name, INSUFFICIENT)) is expected


@pytest.mark.parametrize(
    "rule",
    ["", "ALARM", "ALARM()", "ALARM(a", "ALARM(a) OK(b)", "AND ALARM(a)", "alarm(a)", "BROKEN(a)", "(TRUE", "NOT"],
)
def test_what_is_no_rule_is_refused(rule):
    with pytest.raises(rules.InvalidRule):
        rules.parse(rule)


def test_a_rule_names_its_alarms_once():
    assert rules.parse('ALARM(a) AND (OK("b") OR ALARM(a)) AND TRUE').alarms == ("a", "b")
