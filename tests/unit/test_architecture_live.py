"""Pictures of runs that never were: whatever happened, the bar is kept, and each connection gets its verdict."""

import random
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoplib import architecture
from shoplib.architecture.layout import arrange
from shoplib.architecture.model import Badge, Edge, Group, Model, Node, Signal
from shoplib.architecture.runs import live, metric_labels
from shoplib.architecture.runs.cloudwatch import Metric
from shoplib.architecture.runs.counts import Count, by_name
from shoplib.architecture.runs.live import Observed, Verdict
from shoplib.architecture.runs.observed import Traffic, Use
from tests.unit.architecture_bar import broken_rules
from tests.unit.test_architecture_layout import random_model

BLANK = "\N{NO-BREAK SPACE}"
BESIDE = ("", f"depth{BLANK}≤{BLANK}12,345", f"age{BLANK}≤{BLANK}1,234.5{BLANK}s")


def some_use(dice: random.Random) -> Use:
    count = int(10 ** dice.uniform(0, 7.5))
    errors = Counter({"Unhandled": dice.randint(1, count)} if dice.random() < 0.3 else {})
    values = [10 ** dice.uniform(-1, 5) for _ in range(dice.randint(0, 5))]
    return Use(count, errors, Counter(values))


def some_counts(dice: random.Random) -> tuple[Count, ...]:
    names = (
        "CircuitOpened",
        "CallsSpared",
        "PaymentsVoided",
        "orders_given_up",
        "InternationalisationOfEverything",
        "X",
    )
    chosen = dice.sample(names, dice.choice([0, 0, 1, 2, 6]))
    return tuple(Count(name, int(10 ** dice.uniform(0, 7.5)), dice.random() < 0.3) for name in chosen)


def some_verdict(edge: Edge, dice: random.Random) -> Verdict:
    says = dice.choice([live.PROVEN, live.PROVEN, live.UNUSED, live.UNSEEN, live.UNDECLARED])
    use = some_use(dice) if says in (live.PROVEN, live.UNDECLARED) else None
    return Verdict(edge, says, says != live.UNDECLARED, True, use, dice.choice(BESIDE), some_counts(dice))


def troubled(model: Model, dice: random.Random) -> Model:
    """The model in whose run much was counted, was refused, and rings."""
    bulkhead, alarm = ("512 MB", "at most 50 at once"), (Badge("alarm", "AnAlarm"),)
    nodes = tuple(replace(node, settings=bulkhead, badges=alarm) for node in model.nodes)
    figures = {node.id: {"Throttles Sum": dice.choice([0, 0, 31, 12_345])} for node in nodes}
    counts = {(node.id, ""): some_counts(dice) for node in nodes}
    return live.with_traffic(
        replace(model, nodes=nodes), [], {}, figures, "told", dice.choice([(), ("AnAlarm",)]), counts
    )


@pytest.mark.parametrize("seed", range(100))
def test_random_runs_keep_the_bar(seed: int) -> None:
    dice, model = random.Random(seed), random_model(seed)
    told = Observed({edge.key: some_verdict(edge, dice) for edge in model.edges})
    assert broken_rules(arrange(model, told)) == []
    assert broken_rules(arrange(troubled(model, dice), told)) == []


@pytest.mark.parametrize("name", architecture.patterns())
def test_a_busy_run_of_our_patterns_keeps_the_bar_and_the_size(name: str) -> None:
    dice, declared = random.Random(1), architecture.picture_of(name)
    verdicts = [
        Verdict(edge, live.PROVEN, True, True, some_use(dice), BESIDE[1], some_counts(dice))
        for edge in declared.model.edges
    ]
    picture = architecture.Live(troubled(declared.model, dice), verdicts, {})
    assert broken_rules(picture.scene) == []
    assert len(picture.svg().encode()) < 250_000
    assert set(picture.uses.verdict) == {live.PROVEN}


def edge(source: str, target: str, kind: str = "call", *verbs: str) -> Edge:
    return Edge(source, target, kind, verbs or ("PutItem",), ("x",))


def model(*edges: Edge) -> Model:
    types = {"fn": "AWS::Lambda::Function", "q": "AWS::SQS::Queue", "t": "AWS::DynamoDB::Table"}
    ids = dict.fromkeys(id for each in edges for id in each.key[:2])
    return Model("Small", "x", len(ids), (Group("g", "g"),), tuple(Node(id, types[id], "g") for id in ids), edges)


def traffic(**uses: int) -> Traffic:
    """`fn_t_PutItem=3` is three calls of fn to t."""
    found: dict[tuple[str, str], dict[str, Use]] = {}
    for key, count in uses.items():
        source, target, operation = key.split("_")
        found.setdefault((source, target), {})[operation] = Use(count)
    return Traffic(found)


def verdicts(declared: Model, deployed: Model, seen: Traffic) -> dict[str, str]:
    found = live.compare(declared, deployed, seen, {})
    return {f"{each.edge.source} {each.edge.target} {each.edge.description}": each.outcome for each in found}


def test_what_is_declared_deployed_and_used_is_proven() -> None:
    both = model(edge("fn", "t"))
    assert verdicts(both, both, traffic(fn_t_PutItem=3)) == {"fn t PutItem": "proven"}
    assert verdicts(both, both, traffic()) == {"fn t PutItem": "never used"}
    assert verdicts(both, both, Traffic({}, known=False)) == {"fn t PutItem": "cannot be seen"}


def test_another_action_on_the_same_table_is_not_declared() -> None:
    both = model(edge("fn", "t"))
    found = verdicts(both, both, traffic(fn_t_PutItem=3, fn_t_DeleteItem=1))
    assert found == {"fn t PutItem": "proven", "fn t DeleteItem": "used, not declared"}


def test_what_is_deployed_by_hand_and_used_is_not_declared() -> None:
    declared, deployed = model(edge("fn", "t")), model(edge("fn", "t"), edge("q", "fn", "event", "batch 10"))
    found = verdicts(declared, deployed, traffic(q_fn_InvokeFunction=2))
    assert found == {"fn t PutItem": "never used", "q fn batch 10": "used, not declared"}


def test_what_is_used_although_the_template_lost_it_is_drawn() -> None:
    declared, deployed = (
        model(edge("fn", "t", "call", "GetItem")),
        model(edge("fn", "t", "call", "GetItem"), edge("fn", "q")),
    )
    seen = traffic(fn_q_PutItem=4)
    found = live.compare(declared, deployed, seen, {})
    drawn = live.with_traffic(declared, found, {"q": "AWS::SQS::Queue"}, {}, "told")
    assert {each.key for each in drawn.edges} == {("fn", "t", "call"), ("fn", "q", "call")}
    assert (drawn.node("q").type, drawn.node("q").settings) == ("AWS::SQS::Queue", ("not declared",))


def test_what_another_stacks_function_does_at_home_is_not_of_this_picture() -> None:
    asks = model(edge("fn", "q", "call", "InvokeFunction"))
    there = replace(asks, nodes=tuple(replace(node, external=node.id == "q") for node in asks.nodes))
    seen = traffic(fn_q_InvokeFunction=1, q_t_PutItem=1, q_fn_InvokeFunction=1)
    assert sorted(verdicts(there, there, seen).values()) == [live.PROVEN, live.UNDECLARED]


def test_a_node_whose_alarm_rings_says_so() -> None:
    quiet = model(edge("fn", "t"))
    alarm = replace(
        quiet, nodes=tuple(replace(node, badges=(Badge("alarm", node.id + "Alarm"),)) for node in quiet.nodes)
    )
    drawn = live.with_traffic(alarm, [], {}, {}, "told", {"fnAlarm"})
    assert drawn.node("fn").signals == (Signal("in alarm", is_bad=True, detail="fnAlarm"),)
    assert drawn.node("fn").is_in_trouble and not drawn.node("t").signals
    scene = arrange(drawn, Observed({each.key: Verdict(each, live.UNSEEN, True, True) for each in drawn.edges}))
    red = [text.words for item in scene.items for text in item.texts if text.role == "fault"]
    assert red == ["in alarm"]


def test_a_full_bulkhead_says_how_much_it_holds() -> None:
    quiet = model(edge("fn", "t"))
    limited = replace(
        quiet, nodes=tuple(replace(node, settings=("512 MB", "at most 5 at once")) for node in quiet.nodes)
    )
    figures = {"fn": {"Invocations Sum": 40.0, "Throttles Sum": 31.0, "Duration p50": 2.0, "Duration p95": 12.0}}
    drawn = live.with_traffic(limited, [], {}, figures, "told").node("fn")
    assert drawn.settings == ("40 runs", "2.0 / 12 ms")
    assert [signal.text for signal in drawn.signals] == [f"31 throttled (≤{BLANK}5{BLANK}at{BLANK}once)"]
    free = live.with_traffic(quiet, [], {}, figures, "told").node("fn")
    assert [signal.text for signal in free.signals] == ["31 throttled"]


def test_what_a_function_counts_stands_under_it_and_what_it_counts_of_its_calls_on_them() -> None:
    both = model(edge("fn", "t"))
    counts = {
        ("fn", ""): (Count("CircuitOpened", 2, watched=True), Count("CallsSpared", 14)),
        ("fn", "t"): (Count("PaymentsVoided", 3),),
    }
    verdicts = live.compare(both, both, traffic(fn_t_PutItem=5), {}, counts)
    drawn = live.with_traffic(both, verdicts, {}, {}, "told", counts=counts)
    assert drawn.node("fn").signals == (Signal(f"circuit opened{BLANK}2×", is_bad=True), Signal("14 calls spared"))
    picture = architecture.Live(drawn, verdicts, {})
    assert [text.words for text in picture.scene.labels] == ["5×", f"3{BLANK}voided"]
    assert picture.uses.metrics.tolist() == ["3 payments voided"]
    said = (f"circuit opened{BLANK}2×", "14 calls spared", "5 times, 3 payments voided")
    assert all(text in file for text in said for file in (picture.svg(), picture.drawio()))


@pytest.mark.parametrize(
    ("name", "count", "said"),
    [
        ("CircuitOpened", 2, f"circuit opened{BLANK}2×"),
        ("CallsSpared", 14, "14 calls spared"),
        ("CallsSpared", 1, "1 call spared"),
        ("SocketFailures", 1, "1 socket failure"),
        ("BatchesFailed", 1, "1 batch failed"),
        ("RetriesMade", 1, "1 retry made"),
        ("ColdStart", 12_000, f"cold start{BLANK}12k×"),
        ("orders_given_up", 3, "3 orders given up"),
        ("AccessDenied", 1, f"access denied{BLANK}1×"),
        ("HTTP5xx", 4, f"http 5xx{BLANK}4×"),
        ("!", 4, "4×"),
    ],
)
def test_metrics_are_said_in_words(name: str, count: float, said: str) -> None:
    assert metric_labels.words_of(name, count) == said


def test_a_metric_with_more_dimensions_is_a_part_of_the_one_with_fewer() -> None:
    whole, part, other = (
        Metric("Mine", "Calls", frozenset({("function_name", "f"), *more}))
        for more in ((), (("route", "/a"),), (("route", "/b"),))
    )
    place = ("fn", "")
    assert by_name([(place, whole), (place, part)], [5.0, 3.0]) == {(place, "Calls"): [(whole, 5.0)]}
    assert by_name([(place, part), (place, other)], [3.0, None]) == {(place, "Calls"): [(part, 3.0)]}


def test_a_redrive_can_be_proven_by_no_run() -> None:
    both = model(edge("q", "t", "failure", "after 3 receives"))
    assert verdicts(both, both, traffic()) == {"q t after 3 receives": "cannot be seen"}


def test_a_service_whose_calls_name_no_resource_can_be_proven_by_no_run() -> None:
    nodes = (Node("fn", "AWS::Lambda::Function", "g"), Node("ssm:*", "AWS::SSM::Parameter", external=True))
    both = Model("Small", "x", 2, (Group("g", "g"),), nodes, (edge("fn", "ssm:*", "call", "GetParameter"),))
    assert verdicts(both, both, traffic()) == {"fn ssm:* GetParameter": "cannot be seen"}


@pytest.mark.parametrize(
    ("kind", "verdict"),
    [("AWS::SQS::Queue", "never used"), ("AWS::DynamoDB::Table", "never used"), ("AWS::Glue::Job", "cannot be seen")],
)
def test_a_task_that_did_not_run_was_not_used(kind: str, verdict: str) -> None:
    nodes = (Node("m", "AWS::StepFunctions::StateMachine", "g"), Node("q", kind, "g"))
    both = Model("Small", "x", 2, (Group("g", "g"),), nodes, (edge("m", "q", "invoke", "SendMessage"),))
    assert verdicts(both, both, traffic()) == {"m q SendMessage": verdict}
    assert verdicts(both, both, traffic(m_q_SendMessage=1)) == {"m q SendMessage": "proven"}


def test_reading_ones_own_source_and_sending_to_ones_own_dead_letters_is_meant() -> None:
    failing = Edge("fn", "q", "failure", ("on failure",), ("fn.DeadLetterConfig", "Role: sqs:SendMessage"))
    both = model(failing, edge("q", "fn", "event", "batch 10"))
    found = verdicts(both, both, traffic(fn_q_SendMessage=1, fn_q_DeleteMessage=2, q_fn_InvokeFunction=2))
    assert found == {"fn q on failure": "proven", "q fn batch 10": "proven"}
    assert "used, not declared" in verdicts(both, both, traffic(fn_q_PurgeQueue=1)).values()


def test_actions_are_written_in_any_case() -> None:
    both = model(edge("fn", "t", "call", "put*"))
    assert verdicts(both, both, traffic(fn_t_PutItem=3)) == {"fn t put*": "proven"}


def test_what_arrives_together_is_told_together() -> None:
    one, other = edge("fn", "t"), edge("q", "t")
    told = Observed(
        {
            one.key: Verdict(one, live.PROVEN, True, True, Use(3, Counter(), Counter({1.0: 3}))),
            other.key: Verdict(other, live.PROVEN, True, True, Use(2, Counter(), Counter({9.0: 2}))),
        }
    )
    assert told.lines([one, other], 2) == ("5×", f"1.0{BLANK}/{BLANK}9.0{BLANK}ms")


@pytest.mark.parametrize(
    ("sent", "depth", "lines"),
    [
        (0, 0, ("0 sent", "depth ≤ 0")),
        (0, 2, ("depth ≤ 2",)),
        (3, 2, ("3 sent", "depth ≤ 2")),
        (None, 0, ("depth ≤ 0",)),
    ],
)
def test_what_a_redrive_moved_is_not_said_to_be_sent(sent: int | None, depth: int, lines: tuple[str, ...]) -> None:
    metrics = {"ApproximateNumberOfMessagesVisible Maximum": float(depth)}
    metrics |= {} if sent is None else {metric_labels.SENT: sent}
    assert metric_labels.under_icon("AWS::SQS::Queue", metrics) == lines


@given(st.integers(0, 10**9))
def test_counts_stay_short(count: int) -> None:
    assert len(metric_labels.short(count)) <= 7


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0"), (9_999, "9,999"), (12_345, "12k"), (999_999, "1.0M"), (3_450_000, "3.5M")]
)
def test_counts_are_said_as_people_say_them(count: int, said: str) -> None:
    assert metric_labels.short(count) == said


def test_a_large_run_is_an_overview_of_sums_with_a_page_for_each_group(tmp_path: Path) -> None:
    dice, whole = random.Random(3), architecture.from_patterns(*architecture.patterns()).model
    verdicts = [
        Verdict(edge, live.PROVEN, True, True, Use(number, Counter({"Unhandled": 1} if number % 7 == 0 else {})))
        for number, edge in enumerate(whole.edges, start=1)
    ]
    picture = architecture.Live(troubled(whole, dice), verdicts, {})
    pictures = [picture, *picture.pages.values()]
    assert len(picture.scene.items) <= 61 and picture.pages
    for each in pictures:
        assert broken_rules(each.scene) == []
        assert each.scene.height <= 3 * each.scene.width + 0.01
    inside = {line.edge.key for each in pictures for line in each.scene.lines} & {edge.key for edge in whole.edges}
    assert len(inside) > len(whole.edges) / 2
    on = {id: name for name, page in picture.pages.items() for id in on_page(page)}
    for line in picture.scene.lines:
        ends = line.edge.key[:2]
        means = [each for each in verdicts if tuple(on.get(id, id) for id in each.edge.key[:2]) == ends]
        assert line.text.startswith(f"{sum(each.use.count for each in means if each.use):,} time")
    files = picture.save_whole(tmp_path / "live.svg")
    assert {path.name for path in files} == {"live.svg", *(f"live-{name.lower()}.svg" for name in picture.pages)}


def on_page(page: architecture.Picture) -> list[str]:
    """What is shown there in full."""
    elsewhere = (("on its own page",), ("in the overview",), ())
    return [node.id for node in page.model.nodes if not (node.external and node.settings in elsewhere)]
