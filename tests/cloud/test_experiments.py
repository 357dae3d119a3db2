"""Each experiment shows what it promises: the observation of E1 to E15 and of the others, on stacks of their own. Those
that take long run by night."""

from collections.abc import Iterator

import pytest

from shoplib import costs, experiments, lab, localaws, provision
from shoplib.errors import LabError
from shoplib.experiments import Observation
from shoplib.lab import Lab

REGION = "ap-southeast-2"


@pytest.fixture(scope="module")
def place(engine: localaws.Engine) -> Lab:
    return lab.start(provision.local(REGION))


@pytest.fixture(autouse=True)
def nothing_stays(place: Lab) -> Iterator[None]:
    """Whatever an experiment makes and sets is gone with it."""
    yield
    assert provision.stack_names(place.target) == []
    assert place.faults() == []


def check_drawing(seen: Observation) -> None:
    """It shows itself in a notebook, with words for whoever cannot see."""
    html = seen._repr_html_()
    assert seen.finding in repr(seen) and seen.chart.alt.startswith(seen.finding)
    assert "<img alt=" in html and 'alt=""' not in html


@pytest.mark.nightly
def test_e1_a_poison_message_is_set_aside_and_comes_back(place):
    seen = experiments.poison_a_queue(place)
    assert (seen["receives"], seen["dead_letters"], seen["alarm"], seen["done_after_redrive"]) == (3, 1, "ALARM", 1)
    assert seen.failing == ["Orders -> Fulfil"]
    check_drawing(seen)


@pytest.mark.nightly
def test_e2_what_is_delivered_twice(place):
    seen = experiments.deliver_twice(place)
    naive = (seen["orders_naive"], seen["stock_naive"], seen["mails_naive"])
    idempotent = (seen["orders_idempotent"], seen["stock_idempotent"], seen["mails_idempotent"])
    assert (naive, idempotent) == ((2, 6, 2), (1, 8, 1))
    assert set(seen.failing) == {"ConfirmNaiveQueue -> ConfirmNaive", "ConfirmQueue -> Confirm"}


@pytest.mark.nightly
def test_e3_work_that_outlasts_the_visibility_timeout(place):
    seen = experiments.shorten_visibility(place)
    assert seen["packed_with_1_second"] >= 2 and seen["receives"] >= 2
    assert seen["packed_with_18_seconds"] == 1
    assert seen.failing == [], "nobody fails, and the parcel is packed again"


def test_e4_a_group_is_blocked_by_its_own(place):
    seen = experiments.block_a_group(place)
    assert seen["order"] == "B1 A1 A2"
    assert (seen["tries_of_A1"], seen["times_B1"]) == (3, 1)
    assert seen.failing == ["Orders -> Work"]
    assert "<details open><summary>The picture" in seen._repr_html_()


@pytest.mark.nightly
def test_e5_a_report_of_what_failed(place):
    seen = experiments.report_partial_batches(place)
    assert (seen["again_without_report"], seen["again_with_report"]) == (10, 1)
    assert seen["dead_letters"] == 11  # without a report the nine good ones, too
    assert seen.failing == ["All -> WithoutReport"]


def test_e6_the_race_for_the_last_item(place):
    seen = experiments.race_for_the_last_item(place)
    assert seen["sold_by_read_then_write"] > 3
    assert (seen["sold_by_condition"], seen["refused_by_condition"], seen["left_by_condition"]) == (3, 7, 0)
    assert seen.failing == [], "to oversell is no error"


@pytest.mark.nightly
def test_e7_a_saga_gives_back_and_goes_on(place):
    seen = experiments.compensate(place)
    assert (seen["declined"], seen["stock_after_the_decline"]) == ("cancelled", 5)
    assert seen["steps_of_the_decline"] == "Reserve Charge Release Cancel"
    assert (seen["crashed"], seen["reservations_of_the_crashed"], seen["stock_at_last"]) == ("confirmed", 1, 3)
    assert seen["tries_of_the_payment"] > 1
    assert "Checkout -> Charge" in seen.failing


@pytest.mark.nightly
def test_e7_a_saga_without_a_leader(place):
    seen = experiments.choreograph(place)
    assert (seen["good"], seen["declined"], seen["stock_at_last"]) == ("confirmed", "cancelled", 3)
    assert seen["events"] == 6


@pytest.mark.nightly
def test_e8_a_circuit_breaker(place):
    seen = experiments.break_the_circuit(place)
    assert (seen["failures_to_open"], seen["partner_calls_while_open"]) == (5, 0)
    assert seen["calls_while_open"] >= 6 and seen["half_open_tries"] == 1 and seen["ends"] == 200
    assert seen["milliseconds_while_open"] < seen["milliseconds_of_a_call"]
    assert seen.failing == ["Checkout -> Partner"]
    check_drawing(seen)


def test_e9_a_right_that_is_not_there(place):
    seen = experiments.need_a_right(place)
    assert (seen["error"], seen["action"]) == ("AccessDeniedException", "dynamodb:PutItem")
    assert (seen["after_the_change"], seen["orders"]) == ("written", 1)
    assert any(edge.startswith("Cart -> ") for edge in seen.failing)


@pytest.mark.nightly
def test_e10_bulkheads_and_a_rate(place):
    seen = experiments.fill_bulkheads(place)
    assert (seen["checkouts_refused_together"], seen["checkouts_refused_apart"]) == (5, 0)
    assert 0 < seen["over_the_rate"] < seen["of_requests"]


@pytest.mark.nightly
def test_e11_nested_retries_multiply(place):
    seen = experiments.multiply_retries(place)
    assert (seen["calls_of_the_second"], seen["calls_of_the_last_layer"]) == (9, 27)
    assert set(seen.failing) >= {"Front -> Middle", "Middle -> Back"}


@pytest.mark.nightly
def test_e11_peaks_by_policy(place):
    seen = experiments.retry_after_an_outage(place)
    assert seen["peak_full_jitter"] < seen["peak_fixed"]


def test_e12_cold_starts(place):
    seen = experiments.start_cold(place)
    assert seen["init_heavy"] > seen["init_light"] > 0
    assert (seen["cold_starts"], seen["inits_of_second_calls"]) == (2, 0)
    assert {mark.outcome for mark in seen.marks} == {"cold start", "ok"}
    assert "<details><summary>The picture" in seen._repr_html_(), "of two functions that nothing connects: folded"


def test_e12_memory_as_a_model():
    seen = experiments.model_memory(1000)
    assert seen["seconds_128"] > seen["seconds_1769"] == 1.0 == seen["seconds_3008"]
    dollars = "dollars_of_100,000_calls_"
    assert seen[f"{dollars}128"] == pytest.approx(seen[f"{dollars}1769"], abs=0.01) and seen[f"{dollars}3008"] > 4
    price = costs.load().price("AWS::Lambda::Function", "gb_seconds", {})
    assert seen[f"{dollars}1769"] == pytest.approx(1e5 * 1769 / 1024 * float(price.tiers[0][1]), abs=0.01)
    check_drawing(seen)


@pytest.mark.nightly
def test_e13_a_hot_shard(place):
    seen = experiments.heat_a_shard(place)
    assert seen["shards_one_key"] == 1 and seen["refused_one_key"] > 0
    assert seen["shards_many_keys"] > 1 and seen["refused_many_keys"] == 0
    assert seen["oldest_many_keys"] < seen["oldest_one_key"]
    assert seen.failing == ["Collect -> Clicks"]


def test_e14_one_bad_record_of_a_stream(place):
    seen = experiments.poison_a_stream(place)
    assert (seen["passed_by_default"], seen["passed_with_bisection"], seen["set_aside"]) == (0, 99, 1)
    assert seen["smallest_failed_batch"] == 1 and seen["failed_batches_of_the_bisection"] >= 7
    assert {"Clicks -> Stubborn", "Clicks -> Bisecting"} <= set(seen.failing)


def test_e15_late_events(place):
    seen = experiments.count_late_events(place)
    assert seen["day_1_reported_that_evening"] < seen["day_1_two_days_later"] == seen["day_1_truth"]
    assert seen["day_1_by_arrival"] < seen["day_1_truth"]
    assert seen["event_time_is_exact"] and seen["arrival_days"] > 3 and seen["late"] > 0


@pytest.mark.nightly
def test_events_make_the_read_model_again(place):
    seen = experiments.replay_events(place)
    assert (seen["events"], seen["orders"], seen["archived"]) == (15, 5, 15)
    assert (seen["second_version_3_appended"], seen["rows_after_the_loss"], seen["rebuilt_the_same"]) == (
        False,
        0,
        True,
    )
    messages = [seen[f"messages_{queue}"] for queue in ("warehouse", "mails", "largeorders")]
    assert messages == [5, 10, 3]


def test_a_table_as_it_was(place):
    seen = experiments.restore_a_table(place)
    assert (seen["orders"], seen["left_after_the_mistake"], seen["restored"]) == (20, 10, 20)


def test_a_table_in_two_regions(place):
    seen = experiments.replicate_a_table(place)
    assert (seen["there_at_once"], seen["agreed_on"]) == (False, 10)


@pytest.mark.nightly
def test_reads_may_be_old(engine):
    seen = experiments.read_stale("300ms")
    assert seen["stale_reads"] > 0 and seen["stale_strongly_consistent_reads"] == 0


@pytest.mark.nightly
def test_an_alarm_acts(place):
    seen = experiments.raise_an_alarm(place)
    assert (seen["mails"], seen["helped"], seen["state"]) == (1, 1, "ALARM")


@pytest.mark.nightly
def test_a_canary_goes_back(place):
    seen = experiments.release_a_canary(place)
    assert 0 < seen["failed_with_the_canary"] < seen["calls"] / 3 and seen["failed_after_the_rollback"] == 0


@pytest.mark.nightly
def test_an_empty_queue_by_long_polling(place):
    seen = experiments.poll_an_empty_queue(place)
    assert (seen["short"], seen["long"]) == (20, 1)


def test_what_fails_midway_leaves_nothing(place):
    with pytest.raises(LabError, match="waited 0 s for nothing"), experiments.bench(place, "visibility"):
        experiments.until(lambda: False, "nothing", limit=0)


def test_an_experiment_that_is_not_there_names_those_that_are():
    with pytest.raises(LabError, match="experiment not found: love") as caught:
        experiments.path("love")
    assert "poison-message" in caught.value.next
