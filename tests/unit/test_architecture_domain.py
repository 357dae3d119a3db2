"""The domain map and the logical views: what they draw, and what the layout does for nodes that no edge touches."""

import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from shoplib import architecture
from shoplib.architecture.layout import arrange
from shoplib.architecture.model import ASYNCHRONOUS, SYNCHRONOUS, Edge, Group, Model, Node
from shoplib.architecture.resource_types import CAPABILITY, NOT_BUILT
from shoplib.architecture.views import capabilities
from shoplib.errors import LabError
from tests.unit.architecture_bar import broken_rules

TABLE = "AWS::DynamoDB::Table"


def model(nodes: list[Node], edges: list[Edge], *groups: str) -> Model:
    return Model("Test", "test", len(nodes), tuple(Group(name, name) for name in groups), tuple(nodes), tuple(edges))


def test_nodes_without_edges_stand_side_by_side() -> None:
    scene = arrange(model([Node(f"Table{n:02}", TABLE, "a") for n in range(9)], [], "a"))
    rows = sorted({item.icon.y for item in scene.items})
    read = sorted(scene.items, key=lambda item: (item.icon.y, item.icon.x))
    assert [item.node.id for item in read] == [f"Table{n:02}" for n in range(9)] and len(rows) == 2
    assert broken_rules(scene) == []


def test_nodes_without_edges_fill_the_places_behind_the_others() -> None:
    linked = [Node("One", TABLE, "a"), Node("Two", TABLE, "a"), Node("Three", TABLE, "b")]
    loose = [Node("Alone", TABLE, "a"), Node("Apart", TABLE, "b")]
    edges = [Edge("One", "Two", "call", ("Get",), ("x",)), Edge("Two", "Three", "call", ("Get",), ("x",))]
    scene = arrange(model(linked + loose, edges, "a", "b"))
    place = {item.node.id: item.icon for item in scene.items}
    assert place["Alone"].y == place["Two"].y and place["Alone"].x > place["Two"].x
    assert place["Apart"].y == place["Three"].y and place["Apart"].x > place["Three"].x
    assert broken_rules(scene) == []


def test_the_map_is_compact() -> None:
    scene = architecture.picture_of("domain").scene
    lanes = {item.node.group: {other.icon.y for other in scene.items if other.node.group == item.node.group}
             for item in scene.items if item.node.group}  # fmt: skip
    assert len(lanes) == 4 and max(len(rows) for rows in lanes.values()) <= 3
    assert scene.height < 1.5 * scene.width


def test_a_group_is_a_tile_with_its_number_and_one_that_is_not_built_is_hollow() -> None:
    picture = architecture.picture_of("domain")
    for item in picture.scene.items:
        if item.node.type in (CAPABILITY, NOT_BUILT):
            assert item.tile and item.tile.letters.words == item.node.id
            assert bool(item.tile.ground) == (item.node.type == CAPABILITY)
            assert item.icon.holds(item.tile.letters.box)
        else:
            assert item.tile is None
    assert picture.svg().count("<use ") == 1, "only the shopper has an icon"


def test_who_waits_and_who_does_not_look_different_in_every_format() -> None:
    picture = architecture.picture_of("domain")
    kinds = [edge.kind for edge in picture.model.edges]
    assert {sample.kind for sample in picture.scene.samples} == {SYNCHRONOUS, ASYNCHRONOUS}
    assert picture.svg().count(f'class="line {ASYNCHRONOUS}"') == kinds.count(ASYNCHRONOUS) + 1
    assert picture.mermaid().count("-.->|") == kinds.count(ASYNCHRONOUS)
    assert picture.script().count('style="dashed"') == kinds.count(ASYNCHRONOUS)
    assert "n_C3 -.->|" in picture.mermaid() and '"C3 Cart & checkout<br/>' in picture.mermaid()


def test_dashes_of_lines_that_share_a_stretch_begin_together() -> None:
    lines = [line for line in architecture.picture_of("domain").scene.lines if line.edge.kind == ASYNCHRONOUS]
    shared = [line for line in lines if line.edge.target == "C14"]
    lifts = [{one for one, other in pairwise(line.points) if one == other} for line in shared]
    last = [line.points[-3:-1] for line in shared]
    assert len(shared) == 6 and len({*last}) == 1, "the last stretch is the same, from the same lift on"
    assert all(last[0][0] in places for places in lifts)
    # Each M begins the dashes anew.
    assert architecture.picture_of("domain").svg().count("M") > len(lines) + 10


def test_the_script_for_diagrams_draws_the_map(tmp_path: Path) -> None:
    script = architecture.picture_of("domain").save(tmp_path / "domain.diagram.py")
    command = [sys.executable, str(script)]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stderr
    with Image.open(tmp_path / "domain-by-diagrams.png") as image:
        assert image.width > 600


def test_login_goes_from_the_shopper_to_the_store_and_back_while_the_shopper_waits() -> None:
    drawn = architecture.picture_of("login").model
    rest = architecture.from_patterns("rest").model
    assert [(edge.source, edge.target) for edge in drawn.edges] == [
        ("Shopper", "Website"), ("Website", "Accounts"), ("Accounts", "AccountsTable"),
    ]  # fmt: skip
    assert {edge.kind for edge in drawn.edges} == {SYNCHRONOUS} and "the shopper waits" in drawn.summary
    (routes,) = (edge.verbs for edge in rest.edges if (edge.source, edge.target) == ("ShopApi", "AccountsFunction"))
    assert drawn.edges[1].verbs == routes and {"POST /accounts", "POST /sessions", "DELETE /sessions"} < {*routes}
    known = {f"{edge.source} → {edge.target}: {verb}" for edge in rest.edges for verb in edge.verbs}
    assert all({*edge.evidence} <= known for edge in drawn.edges)


@pytest.mark.parametrize(
    "service", ["accounts", "cart", "catalog", "checkout", "collector", "orders", "recommendations"]
)
def test_every_service_that_answers_shoppers_has_a_logical_view(service: str) -> None:
    picture = architecture.logical_view(service)
    assert broken_rules(picture.scene) == []
    assert picture.model.edges[0].source == "Shopper"


def test_a_logical_view_shows_whom_the_service_asks() -> None:
    asked = {(edge.target, edge.description) for edge in architecture.logical_view("cart").model.edges}
    assert {("Catalog", "invoke"), ("Accounts", "authorizer")} < asked
    asked = {edge.target: edge.description for edge in architecture.logical_view("checkout").model.edges}
    assert (asked["Cart"], asked["Accounts"]) == ("HTTP", "invoke") and not {"Catalog", "OrdersQueue"} & {*asked}


@pytest.mark.parametrize(("service", "says"), [("analytics", "serves no API"), ("nobody", "service not found")])
def test_a_view_of_nobody_is_refused(service: str, says: str) -> None:
    with pytest.raises(LabError, match=says):
        architecture.logical_view(service)


def test_a_function_without_a_service_is_named(tmp_path: Path) -> None:
    function: dict[str, Any] = {"Runtime": "python3.12", "Handler": "app.handler", "InlineCode": "x"}
    resources = {"Stray": {"Type": "AWS::Serverless::Function", "Properties": function}}
    path = tmp_path / "stray.json"
    path.write_text(json.dumps({"Transform": "AWS::Serverless-2016-10-31", "Resources": resources}))
    with pytest.raises(LabError, match="Stray belongs to no service"):
        architecture.domain_map(architecture.from_template(path))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("title = ", "cart/service.toml"),
        ('title = "Cart"\n[covers.C3]\nC3a = "x"\n', "'does' is missing"),
        ('title = "Cart"\ndoes = "x"\n[covers.C99]\n', "'C99' is missing or unknown"),
        ('title = "Cart"\ndoes = "x"\n[covers.C3]\nC3z = "x"\n', "'C3z' is missing or unknown"),
        ('title = "Cart"\ndoes = "x"\n[covers.C3]\nC3a = {party = "x"}\n', "'partly' is missing"),
        ('title = "Cart"\ndoes = "x"\ncovers = "C3"\n', "cart/service.toml"),
        ('title = "Cart"\ndoes = "x"\n[covers]\n', "covers no group"),
        ('title = "Cart"\ndoes = "x"\n[covers.C3]\nC3a = true\n', "cart/service.toml"),
    ],
)
def test_a_statement_that_claims_what_there_is_not_is_refused(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "cart").mkdir()
    (tmp_path / "cart" / "service.toml").write_text(text)
    with pytest.raises(LabError, match=says):
        capabilities.services(tmp_path)


def test_whoever_guards_a_route_is_known_by_the_place_of_the_route(tmp_path: Path) -> None:
    """In an OpenAPI document, and in resources that say it one by one."""
    edges = architecture.from_patterns("rest").model.edges
    (guard,) = (edge for edge in edges if edge.kind == "authorize")
    assert "ShopApi: GET /cart" in guard.evidence and "ShopApi: GET /products" not in guard.evidence
    ref = {"Ref": "Api"}
    resources = {
        "Api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"ProtocolType": "HTTP", "Name": "x"}},
        "Guard": {"Type": "AWS::Lambda::Function", "Properties": {}},
        "Work": {"Type": "AWS::Lambda::Function", "Properties": {}},
        "Authorizer": {
            "Type": "AWS::ApiGatewayV2::Authorizer",
            "Properties": {"ApiId": ref, "AuthorizerUri": {"Fn::GetAtt": ["Guard", "Arn"]}},
        },
        "Integration": {
            "Type": "AWS::ApiGatewayV2::Integration",
            "Properties": {"ApiId": ref, "IntegrationUri": {"Fn::GetAtt": ["Work", "Arn"]}},
        },
        "Route": {
            "Type": "AWS::ApiGatewayV2::Route",
            "Properties": {
                "ApiId": ref,
                "RouteKey": "GET /x",
                "AuthorizerId": {"Ref": "Authorizer"},
                "Target": {"Fn::Sub": "integrations/${Integration}"},
            },
        },
    }
    path = tmp_path / "guarded.json"
    path.write_text(json.dumps({"Resources": resources}))
    found = {edge.kind: edge for edge in architecture.from_template(path).model.edges}
    assert found["authorize"].evidence == ("Authorizer", "Route: GET /x")
    assert found["authorize"].evidence[1] in found["invoke"].evidence
