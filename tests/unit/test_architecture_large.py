"""Large architectures: what repeats is drawn once with its count, an overview leads to pages, no towers."""

import json
import random
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from shoplib import architecture
from shoplib.architecture.journey import follow
from shoplib.architecture.layout.scene import Scene
from shoplib.architecture.model import Edge, Group, Model, Node, merge_edges
from shoplib.architecture.resource_types import CLIENTS
from tests.nightly import sized
from tests.unit.architecture_bar import broken_rules

QUEUE, FUNCTION, TABLE = "AWS::SQS::Queue", "AWS::Lambda::Function", "AWS::DynamoDB::Table"
API = "AWS::ApiGatewayV2::Api"
FEWEST, MOST = 60, 400


def model(nodes: list[tuple[str, str]], edges: list[tuple[str, str, str, str]]) -> Model:
    drawn = tuple(Node(id, kind, "" if kind == CLIENTS else "all", external=kind == CLIENTS) for id, kind in nodes)
    links = merge_edges(Edge(source, target, kind, (verb,), (source,)) for source, target, kind, verb in edges)
    return Model("Many", "dice", len(nodes), (Group("all", "Many"),), drawn, links)


def chains(count: int) -> Model:
    """`count` times queue -> function -> table."""
    nodes, edges = [], []
    for at in range(count):
        nodes += [(f"Jobs{at}Queue", QUEUE), (f"Jobs{at}Function", FUNCTION), (f"Jobs{at}Table", TABLE)]
        edges.append((f"Jobs{at}Queue", f"Jobs{at}Function", "event", "batch 10"))
        edges.append((f"Jobs{at}Function", f"Jobs{at}Table", "call", "PutItem"))
    return model(nodes, edges)


def routes(count: int) -> Model:
    """An API with a route for each of `count` functions, every third with a table of its own."""
    nodes = [("Clients", CLIENTS), ("Api", API)]
    edges = [("Clients", "Api", "request", "HTTPS")]
    for at in range(count):
        nodes += [(f"Route{at}Function", FUNCTION)] + ([(f"Route{at}Table", TABLE)] if at % 3 == 0 else [])
        edges.append(("Api", f"Route{at}Function", "invoke", f"GET /things/{at}"))
        edges += [(f"Route{at}Function", f"Route{at}Table", "call", "GetItem")] if at % 3 == 0 else []
    return model(nodes, edges)


def tangle(count: int, seed: int) -> Model:
    """Nothing repeats: each node has connections of its own."""
    dice = random.Random(seed)
    nodes = [
        (f"{dice.choice(['Order', 'Stock', 'Mail'])}{at}", dice.choice([QUEUE, FUNCTION, TABLE])) for at in range(count)
    ]
    ids = [id for id, _ in nodes]
    pairs = [(id, dice.choice(ids[max(0, at - 12) : at])) for at, id in enumerate(ids) if at]
    pairs += [(dice.choice(ids), dice.choice(ids)) for _ in range(count // 3)]
    verbs = ["GetItem", "PutItem", "SendMessage", "batch 10"]
    return model(nodes, [(a, b, dice.choice(["call", "event"]), dice.choice(verbs)) for a, b in pairs if a != b])


def every_picture(picture: architecture.Picture) -> list[architecture.Picture]:
    return [picture, *(inner for page in picture.pages.values() for inner in every_picture(page))]


SIZES = [
    *(pytest.param(chains(count), id=f"{3 * count} in chains") for count in sized((20, 21, 60, 133), (20, 21, 60))),
    *(pytest.param(routes(count), id=f"{count} routes") for count in sized((44, 58, 200), (58, 200))),
    *(
        pytest.param(tangle(count, count), id=f"{count} tangled")
        for count in sized((50, 61, 120, 250, MOST), (61, 120))
    ),
]


@pytest.mark.parametrize("whole", SIZES)
def test_any_size_keeps_the_bar_and_is_no_tower(whole: Model) -> None:
    for picture in every_picture(architecture.Picture(whole)):
        scene = picture.scene
        assert broken_rules(scene) == []
        assert scene.height <= 3 * scene.width + 0.01
        assert len(scene.items) <= FEWEST + 1  # and callers


@pytest.mark.parametrize("whole", SIZES)
def test_every_connection_is_drawn_on_the_overview_or_a_page(whole: Model) -> None:
    """Evidence goes along, whatever is drawn as one."""
    drawn = [line.edge for picture in every_picture(architecture.Picture(whole)) for line in picture.scene.lines]
    ends = {id for edge in whole.edges for id in edge.evidence}
    assert ends == {place for edge in drawn for place in edge.evidence}


def test_a_journey_goes_through_what_is_drawn_of_each(tmp_path: Path) -> None:
    ids = {"lambda:worker": "Jobs7Function", "dynamodb:things": "Jobs7Table"}
    call = {
        "at": 1.0,
        "caller": "arn:aws:lambda:us-east-1:1:function:worker",
        "service": "dynamodb",
        "operation": "PutItem",
        "resource": "things",
        "ms": 2.0,
        "error": "",
        "trace": "1-a",
        "links": [],
        "payload": '{"Item": {"id": {"S": "thing-number-7"}}}',
        "answer": "{}",
    }
    journey = follow(chains(60), ids, [call], "thing-number-7")
    page = journey.save(tmp_path / "journey.html").read_text()
    assert 'data-node="Jobs7Table"' in page


def test_up_to_sixty_nodes_stand_as_they_are() -> None:
    assert architecture.Picture(chains(20)).scene.model == chains(20)


def test_what_repeats_is_drawn_once_with_its_count() -> None:
    scene = architecture.Picture(chains(60)).scene
    assert [item.node.id for item in scene.items] == [
        "60 × Jobs…Queue",
        "60 × Jobs…Function",
        "60 × Jobs…Table",
    ]
    caption = " ".join(text.words for text in scene.words)
    assert "60 × Jobs…Queue → 60 × Jobs…Function: batch 10" in caption
    assert "180 resources · 120 connections" in caption


def test_one_that_differs_stays_by_itself() -> None:
    whole = chains(60)
    other = Edge("Jobs7Function", "Jobs9Table", "call", ("Scan",), ("x",))
    ids = {item.node.id for item in architecture.Picture(model_with(whole, other)).scene.items}
    assert {"Jobs7Function", "Jobs9Table", "58 × Jobs…Queue"} <= ids


def model_with(whole: Model, edge: Edge) -> Model:
    return Model(whole.title, whole.source, whole.resources, whole.groups, whole.nodes, (*whole.edges, edge))


def test_a_ring_is_no_repetition() -> None:
    count = 70
    edges = [(f"Q{at}", f"Q{(at + 1) % count}", "event", "delivers") for at in range(count)]
    picture = architecture.Picture(model([(f"Q{at}", QUEUE) for at in range(count)], edges))
    assert len(picture.pages) == 2 and not any("×" in item.node.id for item in picture.scene.items)


def test_an_overview_leads_to_its_pages(tmp_path: Path) -> None:
    picture = architecture.Picture(tangle(250, 1))
    files = architecture.save({"town": picture}, tmp_path, (".svg", ".mmd", ".model.json"))
    names = {path.name for path in files}
    links = re.findall(r'data-node="(P\d+)" href="([^"]+)"', (tmp_path / "town.svg").read_text())
    assert {name for name, _ in links} == set(picture.pages) and len(links) > 3
    assert {href for _, href in links} == {f"town-{name.lower()}.svg" for name in picture.pages} <= names
    assert {"town.model.json", "town.mmd"} <= names and "town-p1.model.json" not in names


@pytest.mark.parametrize("everything_is_elsewhere", [False, True])
def test_a_page_may_begin_with_what_is_made_elsewhere(everything_is_elsewhere: bool) -> None:
    whole = tangle(90, 3)
    first = sorted(node.id for node in whole.nodes)[:: 1 if everything_is_elsewhere else 3]
    nodes = tuple(
        replace(node, group="", external=True) if node.id in first and node.type != CLIENTS else node
        for node in whole.nodes
    )
    picture = architecture.Picture(replace(whole, nodes=nodes))
    assert picture.pages and picture.scene.lines


def test_files_of_pages_are_checked(tmp_path: Path) -> None:
    template = tmp_path / "town.json"
    template.write_text(json.dumps(cloudformation(tangle(66, 3))))
    picture = architecture.from_template(template)
    architecture.save({"town": picture}, tmp_path / "out", set(architecture.FORMATS) - {".png"})
    for name in picture.file_names("town", ".png"):  # that they are there is all that is asked of these
        (tmp_path / "out" / name).touch()
    assert architecture.check([template], tmp_path / "out") == {}
    (tmp_path / "out" / "town-p1.svg").unlink()
    assert architecture.check([template], tmp_path / "out") == {"town": ["town-p1.svg is missing"]}


def cloudformation(whole: Model) -> dict[str, Any]:
    """A template with resources of these ids, and an unknown type between any two that are connected."""
    resources: dict[str, Any] = {node.id: {"Type": "AWS::Batch::Thing", "Properties": {}} for node in whole.nodes}
    for edge in whole.edges:
        resources[edge.source]["Properties"].setdefault("To", []).append({"Ref": edge.target})
    return {"Resources": resources}


def test_a_check_of_a_folded_picture_names_the_missing_connection(tmp_path: Path) -> None:
    template = tmp_path / "town.json"
    body = cloudformation(chains(60))
    template.write_text(json.dumps(body))
    architecture.write([template], tmp_path / "out")
    del body["Resources"]["Jobs31Function"]["Properties"]["To"]
    template.write_text(json.dumps(body))
    (lines,) = architecture.check([template], tmp_path / "out").values()
    assert any("Jobs31Function -> Jobs31Table" in line for line in lines)


def test_in_a_file_of_its_own_a_picture_has_its_natural_size_and_in_a_page_it_fits(tmp_path: Path) -> None:
    """A browser would fit a fluid one into its window, where nobody could read or zoom it."""
    picture = architecture.Picture(routes(58))
    scene: Scene = picture.scene
    head = picture.save(tmp_path / "one.svg").read_text().partition(">")[0]
    assert f'width="{size(scene.width)}" height="{size(scene.height)}"' in head and "max-width" not in head
    assert f'width="100%" style="max-width:{size(scene.width)}px"' in picture.svg().partition(">")[0]


def size(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
