"""Who may review what, what everybody sees of it, and that the sums are those of the reviews."""

import base64
import json
import uuid
from typing import Any

import pytest

from shoplib.core import ids
from shoplib.core.order_changes import ChangedLine
from shoplib.services.reviews import domain, store
from tests.inprocess import World
from tests.members import Person, deletion, hire, join
from tests.order_changes import batch, change

MUG = "/products/mug/reviews"
FINE: dict[str, Any] = {"rating": 5, "name": "Tea lover", "title": "Fine", "text": "Holds tea.\nAnd coffee."}
SCRIPT = "<script>alert(1)</script>"


def lines(*products: str) -> tuple[ChangedLine, ...]:
    return tuple(ChangedLine(number, each, each.title(), 1, 100) for number, each in enumerate(products, 1))


def buy(
    shop: World, person: Person | None, *products: str, order_id: str = "order-1", status: str = "delivered"
) -> Any:
    who = person.user_id if person else None
    bought = change(order_id=order_id, user_id=who, status=status, lines=lines(*products or ("mug",)))
    return shop.invoke("PurchasesFunction", batch(bought))


def add_to_catalog(shop: World, *entries: dict[str, Any]) -> None:
    """Products, as the catalog tells other services of them."""
    good = {"name": "Mug", "category": "Kitchen", "price_minor": 1250, "currency": "GBP"}
    answer = shop.invoke("ImportProductsFunction", {"products": [good | each for each in entries]})
    assert not answer["rejected"]


def write(person: Person, path: str = MUG, **parts: Any) -> Any:
    return person.http("ReviewsFunction", "POST", path, FINE | parts)


def read(shop: World, path: str = MUG) -> Any:
    answer = shop.http("ReviewsFunction", "GET", path)
    assert answer.status == 200, answer.body
    return answer.body


def waiting(staff: Person) -> Any:
    return staff.http("ModerationFunction", "GET", "/moderation").body["reviews"]


def decide(staff: Person, review: dict[str, Any], decision: str = "approve", **parts: Any) -> Any:
    body = {"decision": decision, "version": review["version"], "reason": "Not about the product."} | parts
    return staff.http("ModerationFunction", "POST", f"/moderation/{review['review_id']}", body)


def approve_all(staff: Person) -> None:
    for review in waiting(staff):
        assert decide(staff, review).status == 200


def test_a_review_of_what_arrived_is_shown_when_it_was_approved(shop: World) -> None:
    ada, grace = join(shop), hire(shop)
    buy(shop, ada, "mug", "tray")
    answer = write(ada)
    assert (answer.status, answer.body["status"], answer.body["about"]) == (201, "pending", "product")
    assert read(shop)["rating"]["count"] == 0 and read(shop)["reviews"] == []
    [review] = waiting(grace)
    assert decide(grace, review).body["status"] == "approved"
    page = read(shop)
    assert page["rating"] == {
        "count": 1,
        "sum": 5,
        "average": 5.0,
        "distribution": {**dict.fromkeys("1234", 0), "5": 1},
    }
    [public] = page["reviews"]
    assert {name: public[name] for name in FINE} == FINE and public["product_id"] == "mug"
    assert waiting(grace) == []
    for text in (json.dumps(page), json.dumps(review)):
        assert not [secret for secret in (ada.user_id, "ada@example.com", "order-1") if secret in text]


def test_what_has_not_arrived_cannot_be_reviewed(shop: World) -> None:
    ada = join(shop)
    for status in ("confirmed", "cancelled"):
        buy(shop, ada, status=status)
        for path, parts in ((MUG, {}), ("/reviews/service", {"order_id": "order-1"})):
            answer = write(ada, path, **parts)
            assert (answer.status, answer.body["error"]) == (409, "not_bought")
    assert read(shop)["rating"]["count"] == 0


def test_nobody_reviews_what_somebody_else_bought(shop: World) -> None:
    ada, eve = join(shop), join(shop, "eve")
    buy(shop, ada)
    buy(shop, None, order_id="a-guests")
    refusals = [write(eve), write(eve, "/reviews/service", order_id="order-1")]
    refusals += [write(ada, "/reviews/service", order_id=each) for each in ("a-guests", "none", "x" * 64)]
    assert [(each.status, each.body["error"]) for each in refusals] == [(409, "not_bought")] * 5
    assert shop.http("ReviewsFunction", "POST", MUG, FINE).status == 401
    forged = {"Authorization": f"Bearer {ada.user_id}"}
    assert shop.http("ReviewsFunction", "POST", MUG, FINE, **forged).status == 401


def test_changes_of_orders_may_come_again_and_in_any_order(shop: World) -> None:
    ada = join(shop)
    for status in ("delivered", "confirmed", "delivered", "confirmed"):
        buy(shop, ada, status=status)
    assert write(ada).status == 201
    buy(shop, ada, "tray", order_id="order-2", status="cancelled")
    buy(shop, ada, "tray", order_id="order-2", status="confirmed")
    assert [each.order_id for each in store.latest_purchases(ada.user_id)] == ["order-1"]


def test_a_review_is_one_however_often_it_is_written(shop: World) -> None:
    ada, grace = join(shop), hire(shop)
    buy(shop, ada)
    buy(shop, ada, order_id="order-2")
    first = write(ada).body
    approve_all(grace)
    again = write(ada)
    assert (again.status, again.body["status"], again.body["review_id"]) == (200, "approved", first["review_id"])
    changed = write(ada, rating=2)
    assert (changed.status, changed.body["status"], changed.body["review_id"]) == (200, "pending", first["review_id"])
    assert read(shop)["rating"]["count"] == 0
    approve_all(grace)
    assert read(shop)["rating"]["sum"] == 2
    assert len(own(ada)["reviews"]) == 1


def own(person: Person) -> Any:
    return person.http("ReviewsFunction", "GET", "/reviews/own").body


def test_an_author_sees_what_became_of_it_and_takes_it_back(shop: World) -> None:
    ada, eve, grace = join(shop), join(shop, "eve"), hire(shop)
    buy(shop, ada, "mug", "tray")
    review = write(ada).body
    assert decide(grace, waiting(grace)[0], "reject").status == 200
    [seen] = own(ada)["reviews"]
    assert (seen["status"], seen["reason"]) == ("rejected", "Not about the product.")
    assert own(ada)["to_review"] == [{"product_id": "tray", "name": None}]
    assert own(eve) == {"reviews": [], "total": 0, "to_review": []}
    write(ada, text="It holds tea.")
    approve_all(grace)
    path = f"/reviews/own/{review['review_id']}"
    stranger = eve.http("ReviewsFunction", "DELETE", path)
    unknown = eve.http("ReviewsFunction", "DELETE", f"/reviews/own/{ids.new_id()}")
    assert (stranger.status, stranger.body) == (unknown.status, unknown.body) and stranger.status == 404
    assert read(shop)["rating"]["count"] == 1
    assert ada.http("ReviewsFunction", "DELETE", path).status == 204
    assert ada.http("ReviewsFunction", "DELETE", path).status == 404
    assert read(shop)["rating"]["count"] == 0 and own(ada)["reviews"] == []


def test_the_service_is_rated_once_for_each_order(shop: World) -> None:
    ada, grace = join(shop), hire(shop)
    for number in (1, 2):
        buy(shop, ada, order_id=f"order-{number}")
        assert write(ada, "/reviews/service", order_id=f"order-{number}", rating=number + 3).status == 201
    assert write(ada, "/reviews/service", order_id="order-1", rating=1).status == 200
    approve_all(grace)
    page = read(shop, "/reviews/service")
    assert (page["rating"]["count"], page["rating"]["sum"]) == (2, 6)
    assert "order-1" not in json.dumps(page)
    assert sorted(each["order_id"] for each in own(ada)["reviews"]) == ["order-1", "order-2"]


def test_a_review_of_a_variant_counts_for_its_parent(shop: World, monkeypatch: pytest.MonkeyPatch) -> None:
    known = {"mug-red": {"product_id": "mug-red", "name": "Red mug", "parent_id": "mug"}, "mug": {"name": "Mug"}}
    monkeypatch.setattr(store, "products", lambda names: {name: known[name] for name in names if name in known})
    ada, grace = join(shop), hire(shop)
    buy(shop, ada, "mug-red")
    assert own(ada)["to_review"] == [{"product_id": "mug", "name": "Mug"}]
    assert write(ada).status == 201
    again = write(ada, "/products/mug-red/reviews", rating=4)
    assert (again.status, again.body["product_id"], again.body["subject_id"]) == (200, "mug-red", "mug")
    approve_all(grace)
    assert read(shop)["rating"] == read(shop, "/products/mug-red/reviews")["rating"]
    assert own(ada)["to_review"] == []


def test_moderation_is_for_the_staff(shop: World) -> None:
    ada, grace = join(shop), hire(shop)
    buy(shop, ada)
    review = write(ada).body
    for method, path, body in (
        ("GET", "/moderation", None),
        ("POST", f"/moderation/{review['review_id']}", {"decision": "approve", "version": 1}),
    ):
        refused = ada.http("ModerationFunction", method, path, body)
        assert (refused.status, refused.body["error"]) == (403, "not_staff")
        assert shop.http("ModerationFunction", method, path, body).status == 401
    assert len(waiting(grace)) == 1
    shop.invoke("SetRoleFunction", {"user_id": grace.user_id, "role": None})
    assert decide(grace, review).status == 403
    assert read(shop)["rating"]["count"] == 0


def test_nobody_approves_a_text_unread(shop: World) -> None:
    ada, grace = join(shop), hire(shop)
    buy(shop, ada)
    seen = write(ada).body
    write(ada, text="Buy elsewhere: http://example.com")
    late = decide(grace, seen)
    assert (late.status, late.body["error"]) == (412, "review_changed")
    assert read(shop)["reviews"] == []
    [now] = waiting(grace)
    assert [decide(grace, now).status for _ in range(3)] == [200, 200, 200]
    assert decide(grace, now, "reject").status == 412
    assert read(shop)["rating"]["count"] == 1
    approved = decide(grace, now).body
    assert decide(grace, approved, "reject").body["status"] == "rejected"
    assert read(shop)["rating"]["count"] == 0
    assert decide(grace, {"review_id": ids.new_id(), "version": 1}).status == 404


NO_PARTS: dict[str, list[Any]] = {
    "rating": [0, 6, -1, "5", 4.5, None, True, 10**30, [5]],
    "name": ["", " ", None, "n" * 41, "ada@example.com", "a\nb", "a\x00", "\ud83d", 5, "\u200b"],
    "title": ["t" * 121, "a\nb", [], "a\u2028x"],
    "text": ["t" * 5_001, "a\x07", {}, "\ud83d"],
}
NO_REVIEWS = [{name: value} for name, values in NO_PARTS.items() for value in values]


def test_what_is_no_review_is_refused(shop: World) -> None:
    ada = join(shop)
    buy(shop, ada)
    for parts in NO_REVIEWS:
        answer = write(ada, **parts)
        assert (answer.status, answer.body.get("error")) == (400, "invalid_request"), parts
        assert next(iter(parts)) in answer.body["message"]
    for body in ("", "[]", "{", '"x"', "[" * 5_000, '{"rating": 1e999}', "x" * 100_000):
        assert ada.http("ReviewsFunction", "POST", MUG, body).status == 400, body[:20]
    assert own(ada)["reviews"] == []


NO_DECISIONS: list[dict[str, Any]] = [
    {},
    {"decision": "delete"},
    {"version": "1"},
    {"version": 0},
    {"version": None},
    {"version": 2},
]


def test_what_is_no_decision_is_refused(shop: World) -> None:
    ada, grace = join(shop), hire(shop)
    buy(shop, ada)
    review = write(ada).body
    for reason in ("", None, "r" * 501):
        for decision in NO_DECISIONS:
            parts = {"decision": "reject", "reason": reason} | decision
            assert decide(grace, review, **parts).status == 400, parts
    assert [each["status"] for each in waiting(grace)] == ["pending"]


TEXTS = (SCRIPT, "علی\u200cرضا 👩‍👩‍👧", "a & b < c > 'd' \"e\"", "é" * 2_500, "{{7*7}} ${x} %s", "'; DROP TABLE --")


def test_a_text_comes_back_as_the_text_that_it_is(shop: World) -> None:
    ada, grace = join(shop), hire(shop)
    buy(shop, ada)
    for text in TEXTS:
        assert write(ada, text=text, name="Ω " + text[:20], title=text[:100]).status in (200, 201)
        approve_all(grace)
        answer = shop.http("ReviewsFunction", "GET", MUG)
        assert answer.body["reviews"][0]["text"] == text
        content_type = {name.lower(): value for name, value in answer.headers.items()}["content-type"]
        assert "application/json" in content_type


def test_the_same_text_in_another_form_is_the_same(shop: World) -> None:
    ada = join(shop)
    buy(shop, ada)
    write(ada, text="Cafe\u0301\r\n  ")
    again = write(ada, text="Caf\u00e9")
    assert (again.body["text"], again.body["version"]) == ("Caf\u00e9", 1)


def test_pages_in_each_order(shop: World) -> None:
    grace = hire(shop)
    for number, rating in enumerate((1, 3, 5, 2)):
        person = join(shop, f"p{number}")
        buy(shop, person, order_id=f"order-{number}")
        write(person, rating=rating)
        shop.pass_time(seconds=1)
    approve_all(grace)
    orders = {"newest": [2, 5, 3, 1], "oldest": [1, 3, 5, 2], "lowest": [1, 2, 3, 5], "highest": [5, 3, 2, 1]}
    for order, expected in orders.items():
        seen: list[int] = []
        cursor = ""
        while cursor is not None:
            page = read(shop, f"{MUG}?sort={order}&limit=3&cursor={cursor}")
            seen += [each["rating"] for each in page["reviews"]]
            cursor = page["next_cursor"]
        assert seen == expected
    assert len(waiting(grace)) == 0


POSITION = base64.urlsafe_b64encode(f"2026-03-01T12:00:00.000000Z#{uuid.UUID(int=1)}".encode()).decode()
NO_PAGES = (
    *("sort=best", "limit=0", "limit=51", "limit=x", "limit=-1", "limit=١", "cursor=x", "cursor=%00", "cursor=e30="),
    *("cursor=U0hPUFBFUiN4", f"cursor={'A' * 5000}", f"sort=lowest&cursor={POSITION}"),
)


def test_what_is_no_page_is_refused(shop: World) -> None:
    assert read(shop, f"{MUG}?cursor={POSITION}")["reviews"] == []
    for query in NO_PAGES:
        assert shop.http("ReviewsFunction", "GET", f"{MUG}?{query}").status == 400, query


def test_a_deleted_account_leaves_nothing_and_what_comes_later_stays_out(shop: World) -> None:
    ada, bob, grace = join(shop), join(shop, "bob"), hire(shop)
    buy(shop, ada)
    buy(shop, bob, order_id="order-2")
    write(ada), write(ada, "/reviews/service", order_id="order-1"), write(bob, rating=3)
    approve_all(grace)
    assert read(shop)["rating"]["count"] == 2
    for _ in range(2):
        shop.invoke("ForgetReviewsFunction", deletion(ada.user_id))
    assert (read(shop)["rating"]["sum"], read(shop, "/reviews/service")["rating"]["count"]) == (3, 0)
    buy(shop, ada, order_id="order-3")
    assert ada.user_id not in json.dumps(shop.table("ReviewsTable"), default=str)
    assert write(ada).status == 409
    late = domain.Review(ids.new_id(), ada.user_id, "PRODUCT#mug", "PRODUCT#mug", domain.Opinion(1, "x"), "now", "now")
    with pytest.raises(store.Unauthenticated):
        store.replace(None, late)
    assert bob.user_id in json.dumps(shop.table("ReviewsTable"), default=str)


def test_one_broken_message_stops_no_other(shop: World) -> None:
    ada = join(shop)
    event = batch(change(user_id=ada.user_id, status="delivered"), change(user_id=ada.user_id, order_id="order-2"))
    event["Records"].append({**event["Records"][0], "messageId": "broken", "body": "{"})
    assert shop.invoke("PurchasesFunction", event) == {"batchItemFailures": [{"itemIdentifier": "broken"}]}
    assert write(ada).status == 201


def test_without_a_catalog_and_members(shop: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ada = join(shop)
    monkeypatch.setattr(store, "knows_catalog", lambda: False)
    buy(shop, ada)
    assert write(ada).status == 201
    assert read(shop)["subject_id"] == "mug"
    monkeypatch.setattr(store, "directory", lambda: store.members.Directory(lambda **_: {}, ""))
    refused = write(ada)
    assert (refused.status, refused.body["error"]) == (503, "no_members")


def test_health_names_what_does_not_answer(shop: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shop.http("ReviewsFunction", "GET", "/health").status == 200
    monkeypatch.setattr(store, "is_reachable", lambda: 1 / 0)
    unwell = shop.http("ReviewsFunction", "GET", "/health")
    assert (unwell.status, unwell.body["dependencies"]) == (503, {"reviews table": "failing"})
