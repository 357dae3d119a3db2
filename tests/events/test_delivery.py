"""One parcel per packed order, which moves on and never back, and tells of each of its steps."""

import json
import random
from typing import Any

import pytest

from shoplib.core import config, delivery_changes
from shoplib.services.delivery import domain, store
from tests import order_life
from tests.inprocess import World
from tests.order_changes import batch, change


@pytest.fixture
def announced(shop: World, monkeypatch: pytest.MonkeyPatch) -> list[delivery_changes.DeliveryChange]:
    """What the topic is told."""
    told: list[delivery_changes.DeliveryChange] = []
    monkeypatch.setattr(store, "publish", told.append)
    return told


def pack(shop: World, *orders: str) -> list[dict[str, Any]]:
    """The parcels of orders that are packed."""
    shop.invoke("DeliveryFunction", batch(*(change(order_id=each, status="packed") for each in orders)))
    return [item for item in shop.table("ParcelsTable") if item["id"].startswith("PARCEL#")]


def scan(shop: World, number: str, *statuses: str) -> Any:
    return shop.invoke("ScanFunction", {"scans": [{"tracking_number": number, "status": each} for each in statuses]})


def track(shop: World, number: str) -> Any:
    return shop.http("TrackingFunction", "GET", f"/parcels/{number}")


def test_an_order_gets_one_parcel_however_often_it_is_packed(shop: World) -> None:
    first = pack(shop, "one", "two")
    assert {item["order_id"] for item in first} == {"one", "two"}
    assert len(pack(shop, "one", "two", "one")) == 2
    assert len({item["tracking_number"] for item in first}) == 2


def test_a_parcel_is_followed_by_its_number_and_shows_nobody(shop: World) -> None:
    [parcel] = pack(shop, "one")
    scan(shop, parcel["tracking_number"], "shipped", "in_transit")
    answer = track(shop, parcel["tracking_number"])
    assert answer.status == 200
    assert [step["status"] for step in answer.body["steps"]] == ["announced", "shipped", "in_transit"]
    assert answer.body["delivery_by"] == "2026-03-04"
    assert not [word for word in ("one", "ada@example.com", "order") if word in json.dumps(answer.body)]


@pytest.mark.parametrize("number", ["SL0000000000000000", "x", "é", "ORDER#one", "a" * 100, "%00", "..%2F.."])
def test_a_number_that_nobody_gave_out_shows_nothing(shop: World, number: str) -> None:
    pack(shop, "one")
    assert track(shop, number).status in (400, 404)


def test_scans_may_skip_and_repeat_but_not_go_back(shop: World) -> None:
    [parcel] = pack(shop, "one")
    number = parcel["tracking_number"]
    assert scan(shop, number, "in_transit", "in_transit", "shipped")["recorded"] == 1
    refused = scan(shop, number, "announced", "delivered", "returned_to_sender")
    assert (refused["recorded"], [each["error"] for each in refused["rejected"]]) == (
        1,
        ["A parcel that is delivered does not become returned_to_sender."],
    )


@pytest.mark.parametrize(
    "entry",
    [
        5,
        {},
        {"tracking_number": 5, "status": "shipped"},
        {"tracking_number": "x", "status": "lost"},
        {"tracking_number": "x", "status": "shipped", "at": "yesterday"},
        {"tracking_number": "x", "status": "shipped", "place": "p" * 101},
        {"tracking_number": "unknown", "status": "shipped"},
    ],
)
def test_a_bad_scan_is_named_and_the_others_count(shop: World, entry: Any) -> None:
    [parcel] = pack(shop, "one")
    good = {"tracking_number": parcel["tracking_number"], "status": "shipped"}
    answer = shop.invoke("ScanFunction", {"scans": [entry, good]})
    assert (answer["recorded"], len(answer["rejected"])) == (1, 1)


def test_each_step_is_told_once_in_order_and_the_same_when_told_again(
    shop: World, announced: list[delivery_changes.DeliveryChange]
) -> None:
    [parcel] = pack(shop, "one")
    for status in domain.USUAL[1:]:
        scan(shop, parcel["tracking_number"], status)
    shop.relay()
    assert [each.status for each in announced] == list(domain.USUAL)
    first = list(announced)
    shop.relayed.clear()
    shop.relay()
    assert announced[len(first) :] == first
    assert delivery_changes.parse(json.loads(first[0].to_message())) == first[0]


def test_a_carrier_is_played_until_all_is_delivered(shop: World) -> None:
    pack(shop, *map(str, range(5)))
    moved = [shop.invoke("CarryFunction", {})["moved"] for _ in range(5)]
    assert moved == [5, 5, 5, 5, 0]
    parcels = [item for item in shop.table("ParcelsTable") if item["id"].startswith("PARCEL#")]
    assert {json.loads(item["steps"])[-1]["status"] for item in parcels} == {"delivered"}


def test_whatever_comes_in_whatever_order_a_parcel_only_moves_on(shop: World) -> None:
    [parcel] = pack(shop, "one")
    chance = random.Random(7)
    for _ in range(60):
        scan(shop, parcel["tracking_number"], chance.choice(list(domain.NEXT)))
    steps = [step["status"] for step in track(shop, parcel["tracking_number"]).body["steps"]]
    assert all(after in domain.NEXT[before] for before, after in zip(steps, steps[1:], strict=False))
    assert len(steps) == len(set(steps))


ADDRESS = {"recipient": "Ada Lovelace", "street": "12 St James's Square\nFlat 3", "city": "London", "country": "GB"}
LABEL = ["Ada Lovelace", "12 St James's Square", "Flat 3", "SW1Y 4JH London", "GB"]


def test_a_label_says_where_a_parcel_goes_while_it_is_on_its_way_and_nothing_keeps_it(
    shop: World, capsys: pytest.CaptureFixture[str]
) -> None:
    order_life.set_stock(shop, {"mug": 1})
    where = {**ADDRESS, "postcode": "SW1Y 4JH"}
    message = order_life.order("one", {"mug": 1}, address=where, delivery_by="2026-03-04")
    order_life.pay(shop, message)
    order_life.deliver(shop, message)
    [parcel] = pack(shop, "one")
    number = {"tracking_number": parcel["tracking_number"]}
    refused = [shop.invoke("LabelFunction", number)]  # nobody has packed the order yet
    order_life.change(shop, "one", "pack")
    labels = [shop.invoke("LabelFunction", number)]
    order_life.change(shop, "one", "ship")
    labels.append(shop.invoke("LabelFunction", number))
    assert labels == [{**number, "delivery_by": "2026-03-04", "lines": LABEL}] * 2
    order_life.change(shop, "one", "deliver")
    refused += [shop.invoke("LabelFunction", each) for each in (number, {"tracking_number": "SL0"}, {})]
    codes = [answer["error"]["code"] for answer in refused]
    assert codes == ["no_address", "no_address", "no_such_parcel", "invalid_request"]
    known = str(shop.table("ParcelsTable")) + str(shop.messages("OrderChanges")) + capsys.readouterr().out
    assert not [word for word in ("Lovelace", "St James", "SW1Y") if word in known]


def test_without_orders_there_is_no_label(shop: World, monkeypatch: pytest.MonkeyPatch) -> None:
    [parcel] = pack(shop, "one")
    monkeypatch.setenv("ORDER_ADDRESS_FUNCTION_NAME", "")
    config.load.cache_clear()
    answer = shop.invoke("LabelFunction", {"tracking_number": parcel["tracking_number"]})
    assert (answer["error"]["kind"], answer["error"]["code"]) == ("unavailable", "no_addresses")


def test_health_names_what_does_not_answer(shop: World, monkeypatch: pytest.MonkeyPatch) -> None:
    well = shop.http("TrackingFunction", "GET", "/health")
    assert (well.status, well.body) == (200, {"status": "ok", "dependencies": {"parcels table": "ok"}})
    monkeypatch.setattr(store, "find", lambda _: 1 / 0)
    unwell = shop.http("TrackingFunction", "GET", "/health")
    assert (unwell.status, unwell.body["dependencies"]) == (503, {"parcels table": "failing"})
