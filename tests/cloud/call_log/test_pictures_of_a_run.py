"""After a run the picture has what really happened: CloudWatch's figures, nothing invented, nothing left out."""

import math
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shoplib import architecture
from tests.cloud.call_log.conftest import System, saved
from tests.cloud.lambda_room import eventually
from tests.unit.architecture_bar import broken_rules

POSTS, JOBS, RECORDS, ASKS = 7, 3, 5, 2


@pytest.fixture(scope="module")
def run(system: System) -> architecture.Live:
    """Seven requests; two of them ask the helper, one queues three jobs, one streams five records."""
    for number in range(POSTS - 4):
        assert system.post(name=f"thing {number}").status_code == 200
    system.post(name="busy", jobs=JOBS)
    system.post(name="clicking", records=RECORDS)
    for number in range(ASKS):
        system.post(name=f"asking {number}", asks=1)
    system.drain()
    return system.run()


def uses(picture: architecture.Live) -> dict[tuple[str, str], dict[str, Any]]:
    rows = picture.uses.to_dict("records")
    return {(row["source"], row["target"]): row for row in rows}


def metric(system: System, namespace: str, name: str, dimension: str, logical_id: str, statistic: str) -> float:
    """Asked of CloudWatch by another way than the picture's."""
    value = system.stack.physical_id(logical_id).rpartition("/")[2]
    now = datetime.now(UTC)
    percentile = statistic.startswith("p")
    answer = system.target.client("cloudwatch").get_metric_statistics(
        Namespace=namespace,
        MetricName=name,
        Dimensions=[{"Name": dimension, "Value": value}],
        StartTime=now - timedelta(hours=2),
        EndTime=now + timedelta(minutes=1),
        Period=86_400,
        **{"ExtendedStatistics" if percentile else "Statistics": [statistic]},
    )
    points = answer["Datapoints"]
    assert len(points) <= 1, points
    if not points:
        return math.nan  # nothing yet: APIs' figures are a second behind
    return float(points[0]["ExtendedStatistics"][statistic] if percentile else points[0][statistic])


def test_each_connection_has_its_number_of_calls(run: architecture.Live) -> None:
    found = uses(run)
    counts = {key: row["count"] for key, row in found.items() if row["verdict"] == "proven"}
    batches = counts.pop(("Clicks", "Reader"))
    assert 1 <= batches <= RECORDS and counts.pop(("Reader", "Lake")) == batches
    assert counts == {
        ("Clients", "Api"): POSTS,
        ("Api", "Front"): POSTS,
        ("Front", "Things"): POSTS,
        ("Front", "Jobs"): JOBS,
        ("Jobs", "Worker"): JOBS,
        ("Front", "Clicks"): RECORDS,
        ("Front", "Helper"): ASKS,
    }


def test_what_nobody_used_is_said(run: architecture.Live) -> None:
    unused = {key for key, row in uses(run).items() if row["verdict"] == "never used"}
    assert unused == {("NightlyComes", "Nightly"), ("Front", "Lake")}


FUNCTIONS = {("Api", "Front"): "Front", ("Front", "Helper"): "Helper", ("Jobs", "Worker"): "Worker"}


@pytest.fixture(scope="module", autouse=True)
def cloudwatchs(run: architecture.Live, system: System) -> dict[tuple[str, str], dict[str, float]]:
    """Its figures of that run, before another test adds to them."""
    api = ("AWS/ApiGateway", "ApiId", "Api")
    eventually(lambda: metric(system, api[0], "Count", *api[1:], "Sum") == POSTS)  # it is a second behind
    figures = {("Clients", "Api"): of_metrics(system, *api, "Count", "Latency")}
    for key, logical_id in FUNCTIONS.items():
        figures[key] = of_metrics(system, "AWS/Lambda", "FunctionName", logical_id, "Invocations", "Duration")
    return figures


def of_metrics(system: System, namespace: str, dimension: str, id: str, count: str, duration: str) -> dict[str, float]:
    times = {f"{each}_ms": metric(system, namespace, duration, dimension, id, each) for each in ("p50", "p95")}
    return {"count": metric(system, namespace, count, dimension, id, "Sum"), **times}


def test_figures_are_cloudwatchs(run: architecture.Live, cloudwatchs: dict[tuple[str, str], dict[str, float]]) -> None:
    found = uses(run)
    assert found["Clients", "Api"]["count"] == POSTS
    for key, figures in cloudwatchs.items():
        assert {name: found[key][name] for name in figures} == pytest.approx(figures), key


def test_what_waits_stands_on_the_edge(run: architecture.Live, system: System) -> None:
    found = uses(run)
    depth = metric(system, "AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", "Jobs", "Maximum")
    assert found["Jobs", "Worker"]["waiting"] == f"depth\N{NO-BREAK SPACE}≤\N{NO-BREAK SPACE}{depth:.0f}"
    assert re.fullmatch(r"age.≤.[\d.,]+.(ms|s)", found["Clicks", "Reader"]["waiting"])


def test_it_keeps_the_bar_of_every_picture(run: architecture.Live) -> None:
    assert broken_rules(run.scene) == []
    assert run.svg() == run.svg() and len(run.svg().encode()) < 250_000


def test_the_declared_connections_are_all_drawn_once(run: architecture.Live, system: System) -> None:
    declared = architecture.from_deployed(system.target, "seen-in-a-run").model
    assert {edge.key for edge in declared.edges} == {line.edge.key for line in run.scene.lines}


def test_wider_with_traffic_and_dashed_without(run: architecture.Live) -> None:
    looks = {line.edge.key[:2]: line.look for line in run.scene.lines}
    busy, quiet, idle = looks["Front", "Things"], looks["Front", "Helper"], looks["NightlyComes", "Nightly"]
    assert busy and quiet and idle
    assert busy.width > quiet.width and busy.role == quiet.role == "line"
    assert idle.role == "idle" and idle.dashes


def test_what_is_used_but_not_declared_is_red(run: architecture.Live, system: System, tmp_path: Any) -> None:
    """What the function's role does not allow is refused, and seen all the same."""
    assert system.post(name="curious", stray=1).json() == {"refused": "AccessDeniedException"}
    after = system.run()
    row = uses(after)["Front", "Secrets"]
    assert (row["verdict"], row["count"], row["declared"], row["deployed"]) == ("used, not declared", 1, False, False)
    assert "PutItem, used, not declared: 1 time" in saved(after, tmp_path / "stray.svg")
    line = next(line for line in after.scene.lines if line.edge.key[:2] == ("Front", "Secrets"))
    assert line.look and line.look.role == "fault"
    assert broken_rules(after.scene) == []


def test_failures_are_red_and_counted_as_cloudwatch_does(run: architecture.Live, system: System) -> None:
    assert system.post(name="x", breaks=1).status_code == 500
    system.post(name="refuse", jobs=1)
    asked = ("AWS/Lambda", "Errors", "FunctionName", "Worker", "Sum")
    eventually(lambda: metric(system, *asked) == 1)
    after = system.run()
    system.target.client("sqs").purge_queue(QueueUrl=system.stack.physical_id("Jobs"))
    found = uses(after)
    assert (
        found["Api", "Front"]["failed"] == metric(system, "AWS/Lambda", "Errors", "FunctionName", "Front", "Sum") == 1
    )
    eventually(lambda: metric(system, "AWS/ApiGateway", "5xx", "ApiId", "Api", "Sum") == 1)  # it is a second behind
    assert found["Clients", "Api"]["failed"] == 1
    assert found["Jobs", "Worker"]["failed"] == 1
    faults = {line.edge.key[:2] for line in after.scene.lines if line.look and line.look.role == "fault"}
    assert {("Api", "Front"), ("Clients", "Api"), ("Jobs", "Worker")} <= faults
    assert ("Front", "Things") not in faults


def test_a_clients_mistake_is_no_fault(run: architecture.Live, system: System) -> None:
    assert system.http.get(system.url, timeout=30).status_code == 404
    row = uses(system.run())["Clients", "Api"]
    assert row["refused"] >= 1


def test_forgetting_begins_anew(run: architecture.Live, system: System) -> None:
    assert run.model.node("Front").settings[0] == f"{POSTS} runs"
    architecture.forget_calls(system.target)
    nothing = system.run()
    assert set(nothing.uses.verdict) <= {"never used", "cannot be seen"}
    assert nothing.model.node("Front").settings[0] == "0 runs"
    system.post(name="first again")
    again = system.run()
    assert uses(again)["Front", "Things"]["count"] == 1
    assert uses(again)["Front", "Jobs"]["verdict"] == "never used"
    told = {id: again.model.node(id).settings[0] for id in ("Front", "Api", "Clicks")}
    assert told == {"Front": "1 run", "Api": "1 request", "Clicks": "0 records"}
