"""A circuit breaker spares a dependency that fails, tries it with one call at a time, and never forgets to close."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from shoplib.core import breaker, circuit, telemetry
from shoplib.core.breaker import Breaker, Dependency
from shoplib.core.circuit import CLOSED, HALF_OPEN, OPEN, Circuit, Settings
from shoplib.core.errors import Unavailable

FEW = Settings(window_ms=10_000, minimum_calls=4, failure_percent=50, pause_ms=5_000, probe_ms=20_000)


class Fails(Exception):
    """What the dependency does when it is not well."""


class ConditionalCheckFailedException(Exception):
    """A condition that did not hold."""


class Table:
    """One item of DynamoDB, with the two conditions that a breaker needs."""

    def __init__(self) -> None:
        self.item: dict | None = None
        self.writes = 0

    def get_item(self, Key: dict, ConsistentRead: bool) -> dict:
        assert ConsistentRead
        return {"Item": dict(self.item)} if self.item else {}

    def put_item(self, Item: dict, ConditionExpression: str, ExpressionAttributeValues: dict | None = None) -> None:
        expected = (ExpressionAttributeValues or {}).get(":version")
        if (self.item or {}).get("version") != expected:
            raise ConditionalCheckFailedException
        self.item, self.writes = Item, self.writes + 1


class Clock:
    ms = 1_000_000


@pytest.fixture(autouse=True)
def _still(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_still(monkeypatch)


def stand_still(patch: pytest.MonkeyPatch) -> None:
    Clock.ms = 1_000_000
    patch.setattr(breaker, "_now_ms", lambda: Clock.ms)
    patch.setattr(telemetry, "count", lambda *_: None)
    patch.setattr(telemetry, "count_of_function", lambda _: None)
    patch.setenv("POWERTOOLS_SERVICE_NAME", "test")


def guard(table: Table, limits: Settings = FEW) -> Breaker:
    return Breaker(
        Dependency("it", (Fails,), "it_unavailable", "It rests."), lambda: table, {"id": "CIRCUIT#it"}, limits
    )


def fail() -> None:
    raise Fails


def run(guarded: Breaker, work=lambda: "answer") -> str:
    """answered, failed or spared."""
    try:
        guarded.call(work)
    except Fails:
        return "failed"
    except Unavailable:
        return "spared"
    return "answered"


def test_success_costs_no_write_and_one_read_a_second():
    table = Table()
    guarded = guard(table)
    assert [run(guarded) for _ in range(50)] == ["answered"] * 50
    assert table.writes == 0


def test_it_opens_by_the_rate_of_failures_and_not_by_their_number():
    table = Table()
    mostly_well, one = guard(table), [*range(10)]
    for _ in one:
        run(mostly_well), run(mostly_well), run(mostly_well, fail)
    assert table.item and (table.item["state"], table.item["calls"], table.item["failures"]) == (CLOSED, 30, 10)
    failing = guard(Table())
    assert [run(failing, fail) for _ in range(6)] == ["failed"] * 4 + ["spared"] * 2


def test_what_one_environment_found_out_spares_the_others_within_a_second():
    table = Table()
    one, other = guard(table), guard(table)
    run(other)
    for _ in range(4):
        run(one, fail)
    Clock.ms += 1_000
    with pytest.raises(Unavailable) as refused:
        other.call(lambda: "answer")
    assert (refused.value.code, refused.value.details) == ("it_unavailable", {"retry_after": 4})


def test_one_probe_decides():
    table = Table()
    one, other = guard(table), guard(table)
    for _ in range(4):
        run(one, fail)
    Clock.ms += FEW.pause_ms
    assert run(one, lambda: run(other)) == "answered"  # while one probes, the other is spared
    assert table.item and table.item["state"] == CLOSED
    assert [run(other), run(one)] == ["answered", "answered"]


def test_a_probe_that_fails_opens_for_another_pause():
    table = Table()
    guarded = guard(table)
    for _ in range(4):
        run(guarded, fail)
    Clock.ms += FEW.pause_ms
    assert [run(guarded, fail), run(guarded)] == ["failed", "spared"]
    Clock.ms += FEW.pause_ms
    assert run(guarded) == "answered"


def test_a_probe_that_died_gives_way():
    table = Table()
    dying, other = guard(table), guard(table)
    for _ in range(4):
        run(dying, fail)
    Clock.ms += FEW.pause_ms
    dying._enter()  # its process is killed now
    assert run(other) == "spared"
    Clock.ms += FEW.probe_ms
    assert [run(other), run(other)] == ["answered", "answered"]


def test_a_failure_from_before_it_closed_does_not_count():
    table = Table()
    slow, other = guard(table), guard(table)

    def outlast() -> None:
        for _ in range(4):
            run(other, fail)
        Clock.ms += FEW.pause_ms
        assert run(other) == "answered"
        fail()

    assert run(slow, outlast) == "failed"
    assert table.item and (table.item["state"], table.item["failures"]) == (CLOSED, 0)


def test_a_window_ends():
    state = circuit.count(Circuit(), 3, 3, 0, FEW)
    assert circuit.count(state, 1, 1, FEW.window_ms - 1, FEW).state == OPEN
    assert circuit.count(state, 1, 1, FEW.window_ms, FEW).state == CLOSED


def test_an_error_of_our_own_is_no_failure_of_the_dependency():
    table = Table()
    guarded = guard(table)
    for _ in range(10):
        with pytest.raises(ZeroDivisionError):
            guarded.call(lambda: 1 / 0)
    assert table.item is None


def test_a_table_that_fails_closes_no_door():
    class Broken(Table):
        def get_item(self, **_: object) -> dict:
            raise ConnectionError

        put_item = get_item

    guarded = guard(Broken())
    assert [run(guarded, fail) for _ in range(8)] + [run(guarded)] == ["failed"] * 8 + ["answered"]


class Environments(RuleBasedStateMachine):
    """Three environments call a dependency that is well or not; some die while they probe."""

    def __init__(self) -> None:
        super().__init__()
        self.patch = pytest.MonkeyPatch()
        stand_still(self.patch)
        self.table, self.well = Table(), True
        self.guards = [guard(self.table) for _ in range(3)]
        self.let_in_at = [0, 0, 0]
        self.failed_at: list[int] = []

    @property
    def item(self) -> dict:
        return self.table.item or {"state": CLOSED, "until_ms": 0}

    @rule(which=st.integers(0, 2))
    def call(self, which: int) -> None:
        before, now = self.item, Clock.ms
        outcome = run(self.guards[which], (lambda: "answer") if self.well else fail)
        if outcome != "spared":
            # A closed circuit is believed for a second.
            rests = before["state"] != CLOSED and now < before["until_ms"] and now >= self.let_in_at[which] + 1_000
            assert not rests, "a dependency that rests was called"
            self.let_in_at[which] = now
        self.failed_at += [now] * (outcome == "failed")
        if before["state"] == CLOSED and self.item["state"] == OPEN:
            recent = [at for at in self.failed_at if at > now - 2 * FEW.window_ms]
            assert outcome == "failed" and len(recent) * 100 >= FEW.minimum_calls * FEW.failure_percent

    @rule(well=st.booleans())
    def fall_ill_or_recover(self, well: bool) -> None:
        self.well = well

    @rule(ms=st.sampled_from([1, 500, 1_000, 4_999, 5_000, 20_000]))
    def wait(self, ms: int) -> None:
        Clock.ms += ms

    @precondition(lambda self: self.item["state"] == OPEN and Clock.ms >= self.item["until_ms"])
    @rule(which=st.integers(0, 2))
    def die_while_probing(self, which: int) -> None:
        self.guards[which]._enter()
        self.guards[which] = guard(self.table)
        assert self.item["state"] == HALF_OPEN

    @invariant()
    def nobody_waits_for_longer_than_a_probe_may_take(self) -> None:
        if self.item["state"] != CLOSED:
            assert self.item["until_ms"] - Clock.ms <= max(FEW.pause_ms, FEW.probe_ms)

    def teardown(self) -> None:
        self.well = True
        Clock.ms += FEW.probe_ms
        assert run(self.guards[0]) == "answered"
        assert self.item["state"] == CLOSED
        self.patch.undo()


TestEnvironments = Environments.TestCase
TestEnvironments.settings = settings(max_examples=60, stateful_step_count=40)
