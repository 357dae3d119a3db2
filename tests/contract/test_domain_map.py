"""The domain map says what templates and services say: no arrow more, none less; and services claim what they have."""

import json
from copy import deepcopy
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from shoplib import architecture
from shoplib.architecture.model import ASYNCHRONOUS, SYNCHRONOUS
from shoplib.architecture.views import capabilities
from shoplib.core import config
from shoplib.core.carts import Caller
from shoplib.core.payments import OPERATIONS
from shoplib.services.checkout import store
from shoplib.services.checkout.domain import Draft
from shoplib.services.content import store as content
from shoplib.services.orders import store as orders
from shoplib.services.payments import charging
from shoplib.services.payments.domain import Movement, Payment
from shoplib.services.pricing import store as pricing
from shoplib.services.support import store as support
from tests.contract import sam_reading
from tests.contract.domain_reading import SERVICES, STATEMENTS, Interaction, interactions
from tests.contract.test_mutations import BODIES, EVERY
from tests.nightly import sized

# Points of each group in the paper, C1 to C15.
POINTS = (3, 3, 7, 3, 4, 2, 2, 2, 3, 2, 1, 2, 2, 2, 2)


@cache
def the_map() -> architecture.Model:
    return architecture.picture_of("domain").model


def groups() -> list[Any]:
    return [node for node in the_map().nodes if node.id != "Shopper"]


def taken_out(pattern: str, part: sam_reading.Path) -> dict[str, dict[str, Any]]:
    bodies = {**BODIES, pattern: deepcopy(BODIES[pattern])}
    sam_reading.without(bodies[pattern], part)
    return bodies


@cache
def read() -> set[Interaction]:
    return interactions(BODIES)


@cache
def telling(pattern: str) -> list[tuple[sam_reading.Path, set[Interaction]]]:
    """Parts of a pattern without which less is said, and what is said without them."""
    parts = [part for name, part in EVERY if name == pattern and {"Events", "Policies", "Variables"} & {*part}]
    every = [(part, interactions(taken_out(pattern, part))) for part in parts]
    return [(part, left) for part, left in every if left != read()]


def drawn(bodies: dict[str, dict[str, Any]], folder: Path) -> set[Interaction]:
    changed = {name for name, body in bodies.items() if body is not BODIES[name]}
    paths = {name: folder / ("changed" if name in changed else "kept") / name / "template.yaml" for name in bodies}
    for name, path in paths.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(bodies[name]))
    return said(architecture.domain_map(architecture.from_template(*paths.values())).model)


def said(model: architecture.Model) -> set[Interaction]:
    return {(edge.source, edge.target, edge.kind, how) for edge in model.edges for how in edge.verbs}


def test_every_group_of_the_paper_stands_there_once() -> None:
    assert [node.id for node in groups()] == [f"C{number}" for number in range(1, 16)]
    known = capabilities.capabilities()
    assert tuple(len(group.points) for group in known.values()) == POINTS and sum(POINTS) == 40


def test_the_map_says_what_a_second_reading_says() -> None:
    assert said(the_map()) == read()
    assert ("C3", "C5", ASYNCHRONOUS, "via OrdersQueue") in read() and ("C3", "C1", SYNCHRONOUS, "invoke") in read()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all tests: what is not changed is read once."""
    return tmp_path_factory.mktemp("map")


@pytest.mark.parametrize("pattern", BODIES)
def test_taking_a_part_out_takes_exactly_what_it_said(pattern: str, folder: Path) -> None:
    for part, left in telling(pattern)[:: sized(1, 6)]:
        assert drawn(taken_out(pattern, part), folder) == left < read(), part


def test_parts_of_every_kind_tell_something() -> None:
    parts, known = [part for pattern in BODIES for part, _ in telling(pattern)], {"Events", "Policies", "Variables"}
    assert {next(key for key in reversed(part) if key in known) for part in parts} == known
    assert len(parts) >= 10


def test_a_table_that_two_services_share_is_an_arrow_too(folder: Path) -> None:
    bodies = deepcopy(BODIES)
    statement = {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": {"Fn::GetAtt": "AccountsTable.Arn"}}
    bodies["rest"]["Resources"]["CatalogFunction"]["Properties"]["Policies"].append({"Statement": [statement]})
    assert drawn(bodies, folder) - read() == {("C4", "C1", ASYNCHRONOUS, "via AccountsTable")}


def test_each_arrow_names_connections_of_the_shop() -> None:
    shop = architecture.from_patterns().model
    connections = {f"{edge.source} → {edge.target}: {verb}" for edge in shop.edges for verb in edge.verbs}
    for edge in the_map().edges:
        assert edge.kind in (SYNCHRONOUS, ASYNCHRONOUS) and edge.evidence
        assert {*edge.evidence} <= connections


def test_what_is_not_built_has_no_arrow_and_what_is_has_its_services() -> None:
    claims = {group: [] for group in (node.id for node in groups())}
    for name, statement in STATEMENTS.items():
        for group in statement["covers"]:
            claims[group].append(name)
    touched = {id for edge in the_map().edges for id in (edge.source, edge.target)}
    for node in groups():
        assert node.settings[0] == (", ".join(sorted(claims[node.id])) or "not built here")
        assert (node.id in touched) == bool(claims[node.id])


def test_every_service_says_what_it_is_and_every_function_belongs_to_one() -> None:
    assert set(STATEMENTS) == {path.parent.name for path in SERVICES.glob("*/handler.py")}
    resources = [it for body in BODIES.values() for it in body["Resources"].values()]
    handlers = [it["Properties"]["Handler"] for it in resources if it["Type"] == "AWS::Serverless::Function"]
    assert {handler.split(".")[2] for handler in handlers} == set(STATEMENTS)


def test_a_statement_names_only_what_is_its_own() -> None:
    """Routes and functions of the service, tables that its functions may touch, and no point of another group."""
    shop = architecture.from_patterns().model
    for name, statement in STATEMENTS.items():
        mine = {node.id for node in shop.nodes if f"shoplib.services.{name}." in " ".join(node.settings)}
        own = mine | {edge.target for edge in shop.edges if edge.source in mine}
        own |= {verb for edge in shop.edges if edge.target in mine for verb in edge.verbs}
        for group, entry in statement["covers"].items():
            assert {*entry.get("where", ())} <= own, name
            assert all(point.rstrip("abcdefg") == group for point in entry if point != "where"), name


def test_services_ask_exactly_the_routes_that_they_state(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def request(method: str, url: str, **_: Any) -> Any:
        asked.append(f"{method} {url}")
        return SimpleNamespace(status=200, data=b"{}")

    monkeypatch.setattr(store, "http", lambda: SimpleNamespace(request=request))
    monkeypatch.setattr(config, "load", lambda _: SimpleNamespace(shop_api_url="http://shop"))
    store.cart("{cart_id}", Caller())
    store.remove_cart(cast(Draft, SimpleNamespace(cart_id="{cart_id}", cart_version=1)), Caller())
    monkeypatch.setattr(pricing, "http", lambda: SimpleNamespace(request=request))
    pricing.cart("{cart_id}", Caller())
    routes = [it.replace("http://shop", "").replace("%7B", "{").replace("%7D", "}") for it in asked]
    assert STATEMENTS["checkout"]["requests"] == routes[:2] and STATEMENTS["pricing"]["requests"] == routes[2:]
    assert {name for name, statement in STATEMENTS.items() if "requests" in statement} == {
        "checkout",
        "content",
        "orders",
        "payments",
        "pricing",
        "support",
    }


def test_support_and_content_ask_exactly_the_routes_that_they_state(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def request(method: str, url: str, **_: Any) -> Any:
        asked.append(f"{method} {url}".partition("?")[0].replace("%7B", "{").replace("%7D", "}"))
        body = {"products": [], "next_cursor": None, "stock": []}
        return SimpleNamespace(status=200, json=lambda: body, data=json.dumps(body).encode())

    addresses = SimpleNamespace(shop_api_url="http://shop", checkout_api_url="http://shop")
    monkeypatch.setattr(config, "load", lambda _: addresses)
    for each in (support, content):
        monkeypatch.setattr(each, "http", lambda: SimpleNamespace(request=request))
    support.order("{order_id}", "key", None)
    content.products_page(None)
    content.stock_of(["mug"])
    routes = [it.replace("http://shop", "") for it in asked]
    assert STATEMENTS["support"]["requests"] == routes[:1] and STATEMENTS["content"]["requests"] == routes[1:]


def test_payments_asks_exactly_the_routes_that_it_states(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def ask(method: str, path: str, *_: Any) -> Any:
        asked.append(f"{method} {path}".replace("the-key", "{key}").replace("an-order", "{payment_id}"))
        return 200, {"held_minor": 0, "captured_minor": 0}

    monkeypatch.setattr(charging.store, "ask_provider", ask)
    monkeypatch.setattr(Movement, "key", "the-key")
    payment = Payment("an-order", "authorizing")
    for operation in OPERATIONS:
        charging.charge(payment, Movement("an-order", operation, operation, 1), "tok_visa", resumed=False)
    charging.read_books("an-order")
    charging.find(Movement("an-order", "void", "void", 1))
    assert sorted(asked) == sorted(STATEMENTS["payments"]["requests"])


def test_orders_asks_exactly_the_route_that_it_states(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def request(method: str, url: str, **_: Any) -> Any:
        asked.append(f"{method} {url}")
        return SimpleNamespace(status=200, json=lambda: {"user_id": "ada"})

    monkeypatch.setattr(orders, "http", lambda: SimpleNamespace(request=request))
    monkeypatch.setattr(config, "load", lambda _: SimpleNamespace(shop_api_url="http://shop"))
    assert orders.member("Bearer token") == "ada"
    assert [it.replace("http://shop", "") for it in asked] == STATEMENTS["orders"]["requests"]
