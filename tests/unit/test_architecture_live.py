"""Pictures of runs that never were: whatever happened, the bar is kept, and each connection gets its verdict."""

import random
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoplib import architecture
from shoplib.architecture.layout import arrange
from shoplib.architecture.model import Badge, Edge, Group, Model, Node
from shoplib.architecture.runs import live, metric_labels
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


def some_verdict(edge: Edge, dice: random.Random) -> Verdict:
    says = dice.choice([live.PROVEN, live.PROVEN, live.UNUSED, live.UNSEEN, live.UNDECLARED])
    use = some_use(dice) if says in (live.PROVEN, live.UNDECLARED) else None
    return Verdict(edge, says, says != live.UNDECLARED, True, use, dice.choice(BESIDE))


@pytest.mark.parametrize("seed", range(100))
def test_random_runs_keep_the_bar(seed: int) -> None:
    dice, model = random.Random(seed), random_model(seed)
    told = Observed({edge.key: some_verdict(edge, dice) for edge in model.edges})
    assert broken_rules(arrange(model, told)) == []


@pytest.mark.parametrize("name", architecture.patterns())
def test_a_busy_run_of_our_patterns_keeps_the_bar_and_the_size(name: str) -> None:
    dice, declared = random.Random(1), architecture.picture_of(name)
    verdicts = [Verdict(edge, live.PROVEN, True, True, some_use(dice), BESIDE[1]) for edge in declared.model.edges]
    picture = architecture.Live(declared.model, verdicts, {})
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
    assert "in alarm" in drawn.node("fn").settings and "in alarm" not in drawn.node("t").settings


def test_a_redrive_can_be_proven_by_no_run() -> None:
    both = model(edge("q", "t", "failure", "after 3 receives"))
    assert verdicts(both, both, traffic()) == {"q t after 3 receives": "cannot be seen"}


def test_a_service_whose_calls_name_no_resource_can_be_proven_by_no_run() -> None:
    nodes = (Node("fn", "AWS::Lambda::Function", "g"), Node("ssm:*", "AWS::SSM::Parameter", external=True))
    both = Model("Small", "x", 2, (Group("g", "g"),), nodes, (edge("fn", "ssm:*", "call", "GetParameter"),))
    assert verdicts(both, both, traffic()) == {"fn ssm:* GetParameter": "cannot be seen"}


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


@given(st.integers(0, 10**9))
def test_counts_stay_short(count: int) -> None:
    assert len(metric_labels.short(count)) <= 7


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0"), (9_999, "9,999"), (12_345, "12k"), (999_999, "1.0M"), (3_450_000, "3.5M")]
)
def test_counts_are_said_as_people_say_them(count: int, said: str) -> None:
    assert metric_labels.short(count) == said
