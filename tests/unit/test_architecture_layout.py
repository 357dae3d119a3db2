"""No text on a text, an icon or a line, no line through an icon: in our pictures, in others, and in random ones."""

import json
import random
from dataclasses import replace
from pathlib import Path

import pytest

from shoplib import architecture
from shoplib.architecture.layout import arrange
from shoplib.architecture.model import KINDS, Edge, Group, Model, Node, merge_edges
from shoplib.architecture.resource_types import CLIENTS
from shoplib.architecture.resource_types import KINDS as TYPES
from tests.unit.architecture_bar import broken_rules
from tests.unit.architecture_shapes import SHAPES

READABLE = 6.0  # pixels of the smallest text when the picture is 700 pixels wide


@pytest.mark.parametrize("name", architecture.names())
def test_our_pictures_keep_the_bar(name: str) -> None:
    scene = architecture.picture_of(name).scene
    assert broken_rules(scene) == []
    smallest = min(
        text.size for text in (*scene.words, *scene.labels, *(text for item in scene.items for text in item.texts))
    )
    # An order's life is one long line, which is read at its own size.
    assert smallest * min(1.0, (1_300 if name == "order-states" else 700) / scene.width) >= READABLE


@pytest.mark.parametrize("shape", SHAPES)
def test_pictures_of_other_templates_keep_the_bar(shape: str, tmp_path: Path) -> None:
    path = tmp_path / f"{shape}.json"
    path.write_text(json.dumps(SHAPES[shape]()))
    assert broken_rules(architecture.from_template(path).scene) == []


@pytest.mark.parametrize("seed", range(100))
def test_pictures_of_random_models_keep_the_bar(seed: int) -> None:
    assert broken_rules(arrange(random_model(seed))) == []


def random_model(seed: int) -> Model:
    """Up to three lanes, 3 to 30 nodes of any type with long and short names, cycles and self-calls included."""
    dice = random.Random(seed)
    groups = tuple(Group(f"lane{index}", f"Lane number {index}") for index in range(dice.randint(1, 3)))
    types = [name for name in TYPES if name != CLIENTS] + ["AWS::Batch::JobQueue"]
    words = ["Order", "Checkout", "Dead", "Letter", "Internationalisation", "X", "stock_level", "EU", "42"]
    nodes = [
        Node(f"{''.join(dice.choices(words, k=dice.randint(1, 4)))}{index}", dice.choice(types), dice.choice(groups).id,
             ("512 MB", "key a_long_attribute_name")[: dice.randint(0, 2)])
        for index in range(dice.randint(3, 30))
    ]  # fmt: skip
    nodes += [Node(CLIENTS, CLIENTS, external=True), Node("ElsewhereName", "AWS::SQS::Queue", external=True)]
    verbs = [
        "GetItem",
        "PutItem",
        "ConditionCheckItem",
        "POST /a/{long}/path/{of}/many",
        "batch 10",
        "after 3 receives",
    ]
    count = dice.randint(len(nodes) // 2, 2 * len(nodes))
    pairs = [
        (dice.choice(nodes).id, dice.choice([node.id for node in nodes if node.id != CLIENTS])) for _ in range(count)
    ]
    edges = [
        Edge(a, b, dice.choice(KINDS), tuple(dice.sample(verbs, dice.randint(1, 4))), ("x",))
        for a, b in pairs
        if a != b
    ]
    return Model(f"Random {seed}", "dice", len(nodes), groups, tuple(nodes), merge_edges(edges))


def test_the_same_model_gives_the_same_scene() -> None:
    model = random_model(7)
    assert arrange(model) == arrange(random_model(7))


def test_the_bar_sees_what_is_wrong() -> None:
    scene = architecture.from_patterns("clickstream").scene
    label, item = scene.labels[0], scene.items[0]
    on_icon = replace(label, x=item.icon.x + 20, y=item.icon.y + 30)
    assert any(
        "lies on the icon" in problem for problem in broken_rules(replace(scene, labels=(on_icon, *scene.labels[1:])))
    )
    line = scene.lines[0]
    astray = replace(line, points=((0.0, line.points[0][1]), *line.points[1:]))
    assert any("runs through" in problem for problem in broken_rules(replace(scene, lines=(astray, *scene.lines[1:]))))
    on_line = replace(label, y=label.y + 8)
    assert any(
        "lies on the line" in problem for problem in broken_rules(replace(scene, labels=(on_line, *scene.labels[1:])))
    )
    assert any("not the model's edges" in problem for problem in broken_rules(replace(scene, lines=scene.lines[1:])))


def test_data_flows_from_left_to_right_in_the_patterns() -> None:
    for name in ("rest", "clickstream"):
        scene = architecture.from_patterns(name).scene
        middle = {item.node.id: item.icon.x for item in scene.items}
        ends = {(line.edge.source, line.edge.target) for line in scene.lines}
        # Who is behind a table's stream may read the table, too: that line goes back; one of several stands before it.
        forth = [
            (source, target)
            for source, target in ends
            if (target, source) not in ends and not (source.endswith("Table") and target.endswith("Function"))
        ]
        assert all(middle[source] < middle[target] for source, target in forth)


def test_dead_letters_stand_beside_their_queue() -> None:
    scene = architecture.from_patterns("fulfilment").scene
    boxes = {item.node.id: item.icon for item in scene.items}
    queue, dead = boxes["OrdersQueue"], boxes["OrdersDeadLetterQueue"]
    between = [box for box in boxes.values() if queue.right < box.x < dead.x]
    assert queue.x < dead.x and not between


def test_steps_follow_the_data() -> None:
    scene = architecture.from_patterns("clickstream").scene
    steps = {(line.edge.source, line.edge.target): line.step for line in scene.lines}
    path = ["Clients", "EventsApi", "CollectorFunction", "EventStream", "AnalyticsFunction", "LakeBucket"]
    taken = [steps[pair] for pair in zip(path, path[1:], strict=False)]
    assert taken[0] == 1
    assert taken == sorted(taken)
