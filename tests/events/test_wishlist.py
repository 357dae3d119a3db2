"""Wishlists: whose they are, what a link shows and when it no longer does, and what is told of it."""

import json
from typing import Any

from shoplib.core import ids
from shoplib.services.wishlist import domain, store
from tests.inprocess import World, tables
from tests.members import Person, deletion, join


def add_to_catalog(shop: World, *names: str, price_minor: int = 1250) -> None:
    """Products that are sold, three pieces of each."""
    rows = [
        {"product_id": each, "name": each.title(), "category": "Kitchen", "price_minor": price_minor, "currency": "GBP"}
        for each in names
    ]
    assert shop.invoke("ImportProductsFunction", {"products": rows})["imported"] == len(names)
    shop.invoke("SetStockFunction", {"stock": [{"product_id": each, "available": 3} for each in names]})


def ask(person: Person, method: str, path: str = "/wishlist", **headers: str) -> Any:
    return person.http("WishlistFunction", method, path, **headers)


def put(person: Person, product: str) -> Any:
    return ask(person, "PUT", f"/wishlist/items/{product}")


def look(shop: World, token: str) -> Any:
    return shop.http("WishlistFunction", "GET", f"/wishlists/{token}")


def ids_of(answer: Any) -> list[str]:
    assert answer.status == 200, answer.body
    return [each["product_id"] for each in answer.body["items"]]


def test_what_is_put_on_it_stays_at_present_prices(shop: World) -> None:
    ada = join(shop)
    add_to_catalog(shop, "mug", "tray")
    assert ids_of(ask(ada, "GET")) == []
    assert [ids_of(put(ada, each)) for each in ("mug", "tray", "mug")][-1] == ["mug", "tray"]
    add_to_catalog(shop, "mug", price_minor=999)
    shop.invoke("SetStockFunction", {"stock": [{"product_id": "tray", "available": 0}]})
    mug, tray = ask(ada, "GET").body["items"]
    assert (mug["price_minor"], mug["availability"]["status"], mug["is_sold"]) == (999, "in_stock", True)
    assert (tray["price_minor"], tray["availability"]["status"]) == (1250, "out_of_stock")
    assert [ids_of(ask(ada, "DELETE", f"/wishlist/items/{each}")) for each in ("mug", "mug", "none")] == [["tray"]] * 3


def test_what_is_no_longer_sold_says_so(shop: World) -> None:
    ada = join(shop)
    add_to_catalog(shop, "mug")
    put(ada, "mug")
    tables().Table(shop.names["CatalogTable"]).delete_item(Key={"pk": "PRODUCT#mug", "sk": "PRODUCT"})
    [mug] = ask(ada, "GET").body["items"]
    assert (mug["name"], mug["is_sold"], mug["price_minor"], mug["availability"]) == ("Mug", False, None, None)


def test_a_list_is_its_members_alone(shop: World) -> None:
    ada, eve = join(shop), join(shop, "eve")
    add_to_catalog(shop, "mug")
    put(ada, "mug")
    assert ids_of(ask(eve, "GET")) == []
    for method, path in (("GET", "/wishlist"), ("PUT", "/wishlist/items/mug"), ("POST", "/wishlist/link")):
        assert shop.http("WishlistFunction", method, path).status == 401
        assert shop.http("WishlistFunction", method, path, Authorization=f"Bearer {ada.user_id}").status == 401
    assert ids_of(ask(ada, "GET")) == ["mug"]


def test_a_list_is_bounded_and_takes_what_is_sold_alone(shop: World) -> None:
    ada = join(shop)
    names = [f"p{number}" for number in range(domain.MAX_ENTRIES + 1)]
    add_to_catalog(shop, *names)
    entries = tuple(domain.Entry(each, each, "2026-03-01T12:00:00.000000Z") for each in names[:-1])
    store.change(ada.user_id, lambda before: domain.replace(before, entries=entries), [])
    full = put(ada, names[-1])
    assert (full.status, full.body["error"]) == (409, "wishlist_full")
    assert put(ada, names[0]).status == 200
    for odd in ("none", "x" * 64, "%F0%9F%98%80", "..%2F..", "LIST%23x", "%00"):
        assert put(ada, odd).status in (400, 404), odd
    assert len(ids_of(ask(ada, "GET"))) == domain.MAX_ENTRIES


def test_a_link_shows_names_and_prices_until_it_is_revoked(shop: World) -> None:
    ada = join(shop)
    add_to_catalog(shop, "mug")
    put(ada, "mug")
    made = ask(ada, "POST", "/wishlist/link")
    assert made.status == 201 and made.body["path"] == f"/wishlists/{made.body['token']}"
    page = look(shop, made.body["token"])
    mug = {"product_id": "mug", "name": "Mug", "category": "Kitchen", "price_minor": 1250, "currency": "GBP"}
    assert page.body == {"items": [mug]}
    stored = json.dumps(shop.table("WishlistTable"), default=str)
    assert made.body["token"] not in stored and ids.fingerprint(made.body["token"]) in stored
    assert ask(ada, "GET").body["link"] == {"created_at": made.body["created_at"]}
    newer = ask(ada, "POST", "/wishlist/link").body["token"]
    never = look(shop, "x" * 43)
    assert look(shop, newer).status == 200
    assert [ask(ada, "DELETE", "/wishlist/link").status for _ in range(2)] == [204, 204]
    for token in (made.body["token"], newer):
        gone = look(shop, token)
        assert (gone.status, gone.body) == (never.status, never.body) == (404, never.body)
    assert ids_of(ask(ada, "GET")) == ["mug"] and ask(ada, "GET").body["link"] is None


def test_no_other_secret_or_id_opens_a_list(shop: World) -> None:
    ada = join(shop)
    add_to_catalog(shop, "mug")
    put(ada, "mug")
    token = ask(ada, "POST", "/wishlist/link").body["token"]
    bearer = ada.headers["Authorization"].removeprefix("Bearer ")
    forged = (
        ids.fingerprint(token),
        ada.user_id,
        bearer,
        token[:-1],
        token + "A",
        token.upper(),
        "é",
        "%00",
        " ",
        "a" * 100,
    )
    for each in forged:
        assert look(shop, each).status in (400, 404), each
    assert look(shop, "a" * 101).status == 400


def test_events_are_told_once_and_of_what_happened(shop: World) -> None:
    ada = join(shop)
    add_to_catalog(shop, "mug")
    for _ in range(3):
        ada.http("WishlistFunction", "PUT", "/wishlist/items/mug", x_session_id="visit-1", x_anonymous_id="anna")
    ask(ada, "POST", "/wishlist/link", x_session_id="visit-1", x_anonymous_id="anna")
    ask(ada, "DELETE", "/wishlist/items/mug")
    told = [each for each in shop.events() if each["event_name"] in ("add_to_wishlist", "share")]
    assert [(each["event_name"], each["user_id"], each["session_id"]) for each in told] == [
        ("add_to_wishlist", ada.user_id, "visit-1"),
        ("share", ada.user_id, "visit-1"),
    ]
    assert told[0]["product_id"] == "mug" and told[0]["value_minor"] == 1250
    assert told[1]["props"] == {"method": "link", "content_type": "wishlist"}


def test_a_deleted_account_leaves_no_list_and_no_link(shop: World) -> None:
    ada, bob = join(shop), join(shop, "bob")
    add_to_catalog(shop, "mug")
    put(ada, "mug"), put(bob, "mug")
    token = ask(ada, "POST", "/wishlist/link").body["token"]
    for _ in range(2):
        shop.invoke("ForgetWishlistsFunction", deletion(ada.user_id))
    assert look(shop, token).status == 404
    assert {item["user_id"] for item in shop.table("WishlistTable")} == {bob.user_id}


def test_without_others_it_says_what_it_needs_or_leaves_it_out(shop: World, monkeypatch: Any) -> None:
    ada = join(shop)
    add_to_catalog(shop, "mug")
    put(ada, "mug")
    settings = store.config.load

    def without(*empty: str) -> Any:
        def load(kind: Any) -> Any:
            loaded = settings(kind)
            return type(loaded)(**{name: "" if name in empty else value for name, value in vars(loaded).items()})

        return load

    monkeypatch.setattr(store.config, "load", without("stock_levels_function_name"))
    assert ask(ada, "GET").body["items"][0]["availability"] is None
    for name, error in (("prices_function_name", "no_catalog"), ("members_function_name", "no_members")):
        monkeypatch.setattr(store.config, "load", without(name))
        refused = ask(ada, "GET")
        assert (refused.status, refused.body["error"]) == (503, error)


def test_health_names_what_does_not_answer(shop: World, monkeypatch: Any) -> None:
    assert shop.http("WishlistFunction", "GET", "/health").status == 200
    monkeypatch.setattr(store, "is_reachable", lambda: 1 / 0)
    unwell = shop.http("WishlistFunction", "GET", "/health")
    assert (unwell.status, unwell.body["dependencies"]) == (503, {"wishlist table": "failing"})
