"""When schedules are due: AWS's documented examples, and laws that hold for every expression."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoplib.localaws.schedules.cron_fields import InvalidExpression
from shoplib.localaws.schedules.expressions import of_rule, of_schedule

START = datetime(2026, 3, 1, tzinfo=UTC)  # a Sunday


def times(expression, count=3, after=START):
    found, moment = [], after
    while len(found) < count and (moment := of_rule(expression).next_after(moment, START)):
        found.append(f"{moment:%y-%m-%d %H:%M}")
    return found


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("cron(0 10 * * ? *)", ["26-03-01 10:00", "26-03-02 10:00", "26-03-03 10:00"]),
        ("cron(15 12 * * ? *)", ["26-03-01 12:15", "26-03-02 12:15", "26-03-03 12:15"]),
        ("cron(0 18 ? * MON-FRI *)", ["26-03-02 18:00", "26-03-03 18:00", "26-03-04 18:00"]),
        ("cron(0 8 1 * ? *)", ["26-03-01 08:00", "26-04-01 08:00", "26-05-01 08:00"]),
        ("cron(0/15 * * * ? *)", ["26-03-01 00:15", "26-03-01 00:30", "26-03-01 00:45"]),
        ("cron(0/10 * ? * MON-FRI *)", ["26-03-02 00:00", "26-03-02 00:10", "26-03-02 00:20"]),
        ("cron(0/5 8-17 ? * MON-FRI *)", ["26-03-02 08:00", "26-03-02 08:05", "26-03-02 08:10"]),
        ("cron(0/30 20-2 ? * MON-FRI *)", None),
        ("cron(0 9 ? * 2#1 *)", ["26-03-02 09:00", "26-04-06 09:00", "26-05-04 09:00"]),
        ("cron(15 10 ? * 6L 2026-2027)", ["26-03-27 10:15", "26-04-24 10:15", "26-05-29 10:15"]),
        ("cron(0 0 L * ? *)", ["26-03-31 00:00", "26-04-30 00:00", "26-05-31 00:00"]),
        ("cron(0 0 15W * ? *)", ["26-03-16 00:00", "26-04-15 00:00", "26-05-15 00:00"]),
        ("cron(0 0 1W AUG ? *)", ["26-08-03 00:00", "27-08-02 00:00", "28-08-01 00:00"]),
        ("cron(0 0 LW * ? *)", ["26-03-31 00:00", "26-04-30 00:00", "26-05-29 00:00"]),
        ("cron(0 0 ? * L *)", ["26-03-07 00:00", "26-03-14 00:00", "26-03-21 00:00"]),
        ("cron(0 0 ? JAN,FEB sat,SUN *)", ["27-01-02 00:00", "27-01-03 00:00", "27-01-09 00:00"]),
        ("cron(0 0 29 2 ? *)", ["28-02-29 00:00", "32-02-29 00:00", "36-02-29 00:00"]),
        ("cron(1/10 0 1 1 ? 2027)", ["27-01-01 00:01", "27-01-01 00:11", "27-01-01 00:21"]),
        ("cron(0 0 31 2 ? *)", []),
        ("cron(0 0 1 1 ? 2020)", []),
        ("rate(1 minute)", ["26-03-01 00:01", "26-03-01 00:02", "26-03-01 00:03"]),
        ("rate(2 hours)", ["26-03-01 02:00", "26-03-01 04:00", "26-03-01 06:00"]),
        ("rate(7 days)", ["26-03-08 00:00", "26-03-15 00:00", "26-03-22 00:00"]),
    ],
)
def test_documented_expressions(expression, expected):
    if expected is None:  # hours do not wrap around midnight
        with pytest.raises(InvalidExpression):
            of_rule(expression)
    else:
        assert times(expression) == expected


@pytest.mark.parametrize(
    "expression",
    [
        *("rate(1 minutes)", "rate(5 minute)", "rate(0 minutes)", "rate(-1 days)", "rate(1 week)", "rate(1.5 hours)"),
        *("cron(* * * * * *)", "cron(0 0 ? * ? *)", "cron(0 0 1 * *)", "cron(60 0 * * ? *)", "cron(0 24 * * ? *)"),
        *("cron(0 0 32 * ? *)", "cron(0 0 ? 13 1 *)", "cron(0 0 ? * 8 *)", "cron(0 0 ? * 2#6 *)", "cron(? 0 * * ? *)"),
        *("cron(0 0 ? * 3#1,6#3 *)", "cron(0/0 0 * * ? *)", "cron(0 0 * * ? 1969)", "cron(a b * * ? *)", "", "cron()"),
        *("at(2030-01-01T00:00:00)", "rate(99999999999999 days)", "cron(0 0 5-1 * ? *)", "cron(²0 0 * * ? *)"),
    ],
)
def test_what_is_no_expression_of_a_rule_is_refused(expression):
    with pytest.raises(InvalidExpression):
        of_rule(expression)


FIELDS = st.tuples(
    st.sampled_from(["*", "0", "59", "0/7", "5,35", "10-20/3"]),
    st.sampled_from(["*", "0", "23", "8-17", "0/6"]),
    st.sampled_from(
        ["* {} ?", "1,15 {} ?", "L {} ?", "28 {} ?", "14W {} ?", "? {} MON-FRI", "? {} 6L", "? {} 1#5", "? {} FRI-MON"]
    ),
    st.sampled_from(["*", "2", "JAN,DEC", "4-9/2"]),
)
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2080, 1, 1), timezones=st.just(UTC))


@given(FIELDS, MOMENTS)
def test_the_next_time_is_later_and_none_lies_between(fields, moment):
    minutes, hours, days, month = fields
    schedule = of_rule(f"cron({minutes} {hours} {days.format(month)} *)")
    found = schedule.next_after(moment, START)
    assert found is not None and found > moment and not (found.second or found.microsecond)
    between = moment + (found - moment) / 2
    assert schedule.next_after(between, START) == (found if between < found else schedule.next_after(found, START))
    assert schedule.next_after(found - timedelta(microseconds=1), START) == found


@given(st.integers(1, 500), st.sampled_from(["minutes", "hours", "days"]), MOMENTS, MOMENTS)
def test_a_rate_keeps_its_step(count, unit, start, moment):
    rate = of_schedule(f"rate({count} {unit})", UTC)
    found = rate.next_after(moment, start)
    assert found > moment and (found - start) % timedelta(**{unit: count}) == timedelta(0)
    assert found == start or found - timedelta(**{unit: count}) <= moment


def test_summer_time_in_a_time_zone():
    berlin = ZoneInfo("Europe/Berlin")
    skipped = of_schedule("cron(30 2 * * ? *)", berlin)
    moment, found = datetime(2026, 3, 27, 12, tzinfo=UTC), []
    for _ in range(3):
        moment = skipped.next_after(moment, START)
        found.append(f"{moment:%d %H:%M}")
    assert found == ["28 01:30", "30 00:30", "31 00:30"]  # 02:30 does not exist on the 29th
    twice = of_schedule("cron(30 2 25 10 ? *)", berlin)
    first = twice.next_after(datetime(2026, 10, 1, tzinfo=UTC), START)
    assert (first, twice.next_after(first, START).year) == (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), 2027)
    at = of_schedule("at(2026-07-01T12:00:00)", berlin)
    assert at.next_after(START, START) == datetime(2026, 7, 1, 10, tzinfo=UTC)
    assert at.next_after(datetime(2026, 7, 1, 10, tzinfo=UTC), START) is None


def test_scheduler_takes_units_in_either_form():
    assert of_schedule("rate(1 minutes)", UTC) == of_schedule("rate(1 minute)", UTC)
    with pytest.raises(InvalidExpression):
        of_schedule("at(2026-07-01 12:00)", UTC)
