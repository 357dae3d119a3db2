"""The timetable, and what is planned on it, under a clock that the test sets."""

import threading

import pytest
from moto.events.models import events_backends
from moto.scheduler.models import scheduler_backends
from moto.sns.exceptions import SNSException
from moto.sns.models import sns_backends

from shoplib.localaws.notifications import Deliveries, Delivery
from shoplib.localaws.notifications.confirmations import Confirmations
from shoplib.localaws.notifications.envelopes import Signer
from shoplib.localaws.schedules.rules import ScheduledRules
from shoplib.localaws.schedules.scheduler import Scheduler
from shoplib.localaws.timetable import Timetable

LIMIT_S = 5
MIDNIGHT = 1_767_225_600.0  # 2026-01-01 00:00 UTC


class HandClock:
    """Moves only when told; `wait` never looks at the real time."""

    def __init__(self):
        self.time, self.changed, self.idle = MIDNIGHT, None, threading.Event()

    def now(self):
        return self.time

    def wait(self, changed, until):
        self.changed = changed
        self.idle.set()
        changed.wait(LIMIT_S)

    def advance(self, seconds):
        """Return when all that is due by then has been done."""
        self.settle()
        with self.changed:
            self.time += seconds
            self.idle.clear()
            self.changed.notify_all()
        self.settle()

    def settle(self):
        assert self.idle.wait(LIMIT_S), "the timetable does not come to rest"


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
def timetable(clock):
    made = Timetable(clock)
    yield made
    made.close()


def test_actions_run_in_the_order_of_their_time_and_once(timetable, clock):
    done = []
    timetable.set("b", MIDNIGHT + 20, lambda: done.append("b"))
    timetable.set("a", MIDNIGHT + 10, lambda: done.append("a"))
    timetable.set("gone", MIDNIGHT + 5, lambda: done.append("gone"))
    timetable.set("b", MIDNIGHT + 30, lambda: done.append("b, put off"))
    timetable.drop("gone")
    clock.advance(20)
    assert done == ["a"]
    clock.advance(100)
    assert done == ["a", "b, put off"]


def test_one_failing_action_stops_no_other(timetable, clock):
    done = []
    timetable.set("bad", MIDNIGHT + 1, lambda: 1 / 0)
    timetable.set("good", MIDNIGHT + 2, lambda: done.append("good"))
    clock.advance(2)
    assert done == ["good"]


def test_an_action_may_plan_itself_anew(timetable, clock):
    done = []

    def again():
        done.append(clock.now())
        timetable.set("tick", clock.now() + 60, again)

    timetable.set("tick", MIDNIGHT + 60, again)
    for _ in range(3):
        clock.advance(60)
    assert done == [MIDNIGHT + 60, MIDNIGHT + 120, MIDNIGHT + 180]


def test_deadlines_that_no_longer_count_are_not_kept(timetable, clock):
    done = []
    for number in range(5000):
        timetable.set("changing", MIDNIGHT + 10 + number, lambda: done.append("changed"))
        timetable.set(f"dropped {number}", MIDNIGHT + 86_400, lambda: done.append("dropped"))
        timetable.drop(f"dropped {number}")
    assert len(timetable._heap) < 500
    clock.advance(86_400)
    assert done == ["changed"]


class Bus:
    def __init__(self):
        self.events = []

    def fire(self, rule, event):
        self.events.append((rule.name, event["time"]))


def _region_of(backends):
    """A region of moto's own that nothing else uses."""
    found = backends["123456789012"]["eu-west-3"]
    yield found
    found.reset()


@pytest.fixture
def backend():
    yield from _region_of(events_backends)


def test_rules_fire_until_they_are_disabled_changed_or_deleted(timetable, clock, backend):
    bus = Bus()
    rules = ScheduledRules(timetable, bus)
    hourly = backend.put_rule("hourly", scheduled_expression="cron(0 * * * ? *)")
    rules.changed(hourly)
    rules.changed(backend.put_rule("often", scheduled_expression="rate(30 minutes)"))
    clock.advance(1800)
    clock.advance(1800)
    assert sorted(bus.events) == [
        ("hourly", "2026-01-01T01:00:00Z"),
        ("often", "2026-01-01T00:30:00Z"),
        ("often", "2026-01-01T01:00:00Z"),
    ]
    hourly.disable()
    rules.changed(hourly)
    backend.delete_rule("often", None)
    clock.advance(86_400)
    assert len(bus.events) == 3
    hourly.enable()
    rules.changed(hourly)
    clock.advance(90_000)  # a laptop that slept makes up for one, not for all
    assert bus.events[3:] == [("hourly", "2026-01-02T02:00:00Z")]


class Queue:
    """Takes deliveries; `fails` of them come back as failed before one succeeds."""

    def __init__(self):
        self.sent = []

    def start(self, delivery):
        self.sent.append(delivery)
        delivery.settled()


class Room:
    def __init__(self):
        self.targets, self.deliveries = None, Queue()


def schedule_of(expression, **more):
    backend = scheduler_backends["123456789012"]["eu-west-3"]
    names = ("description", "end_date", "group_name", "kms_key_arn", "schedule_expression_timezone", "start_date")
    given = dict.fromkeys((*names, "state", "action_after_completion")) | {
        "name": "s",
        "schedule_expression": expression,
        "flexible_time_window": {"Mode": "OFF"},
        "target": {"Arn": "arn:aws:sqs:eu-west-3:123456789012:q", "RoleArn": "r"},
    }
    return backend, backend.create_schedule(**given | more)


@pytest.fixture
def room(timetable):
    made = Room()
    made.scheduler = Scheduler(timetable, made)
    yield made
    scheduler_backends["123456789012"]["eu-west-3"].reset()


def due_times(room):
    return [each.dead_letter_attributes["SCHEDULED_TIME"][11:19] for each in room.deliveries.sent]


def test_schedules_keep_to_their_dates_and_are_deleted_after_the_last_run(room, clock):
    backend, schedule = schedule_of(
        "rate(10 minutes)", start_date=MIDNIGHT + 600, end_date=MIDNIGHT + 1800, action_after_completion="DELETE"
    )
    room.scheduler.changed(schedule)
    for _ in range(8):
        clock.advance(300)
    assert due_times(room) == ["00:10:00", "00:20:00", "00:30:00"]
    assert "s" not in backend.schedule_groups["default"].schedules


def test_a_flexible_window_spreads_runs_over_its_minutes(room, clock):
    _, schedule = schedule_of(
        "at(2026-01-01T02:00:00)",
        schedule_expression_timezone="Europe/Berlin",
        flexible_time_window={"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15},
    )
    room.scheduler.changed(schedule)
    clock.advance(3599)
    assert not room.deliveries.sent
    clock.advance(1)
    clock.advance(15 * 60)
    assert due_times(room) == ["01:00:00"]


def test_a_schedule_that_was_changed_fires_as_changed(room, clock):
    backend, schedule = schedule_of("rate(1 hour)", start_date=MIDNIGHT + 60)
    room.scheduler.changed(schedule)
    schedule.schedule_expression, schedule.start_date = "at(2026-01-01T00:00:30)", None
    room.scheduler.changed(schedule)
    schedule.state = "ENABLED"
    clock.advance(7200)
    assert due_times(room) == ["00:00:30"]
    backend.delete_schedule(None, "s")


def test_a_delivery_is_tried_again_until_its_limits(timetable, clock):
    deliveries = Deliveries(timetable)
    attempts, settled = [], threading.Event()

    def fail(attempt):
        attempts.append(attempt)
        tried.set()
        raise OSError("no")

    tried = threading.Event()
    timetable.set("start", MIDNIGHT, lambda: None)
    clock.settle()
    deliveries.start(Delivery("arn", fail, "{}", {}, retries=2, settled=settled.set))
    while not settled.is_set():
        assert tried.wait(LIMIT_S)
        tried.clear()
        _until_planned_or(settled, timetable)
        clock.advance(60)
    deliveries.close()
    assert attempts == [1, 2, 3]


def _until_planned_or(settled, timetable):
    """The pause before the next attempt is planned on the delivery's own thread."""
    for _ in range(1000):
        if settled.wait(0.005) or timetable._actions:
            return
    raise AssertionError("the delivery neither ended nor planned another attempt")


@pytest.fixture
def sns():
    yield from _region_of(sns_backends)


def test_a_pending_subscription_ends_with_the_last_of_its_tokens(timetable, clock, sns):
    mails, topic = [], sns.create_topic("confirmed").arn
    confirmations = Confirmations(Signer("http://here"), None, lambda *mail: mails.append(mail), timetable)
    lost, late = (sns.subscribe(topic, f"{name}@example.com", "email") for name in ("lost", "late"))
    confirmations.ask(lost)
    confirmations.ask(late)
    clock.advance(24 * 3600)
    confirmations.ask(late)
    timetable.restore(None)
    confirmations.plan_all()
    clock.advance(24 * 3600)
    assert list(sns.subscriptions) == [late.arn]
    earlier, later = (mail[1].split("Token=")[1].strip() for mail in mails if mail[0] is late)
    with pytest.raises(SNSException, match="Invalid parameter: Token"):
        confirmations.confirm(sns, topic, earlier, signed=False)
    assert confirmations.confirm(sns, topic, later, signed=False) == late.arn
    clock.advance(24 * 3600)
    assert list(sns.subscriptions) == [late.arn]
