"""A journey: which calls belong to one thing, in which order, and what of them may be shown."""

import json
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shoplib import architecture
from shoplib.architecture import journey
from shoplib.architecture.journey import clock, texts
from shoplib.architecture.journey.player import MOST_STEPS
from shoplib.architecture.theme import DARK, JOURNEY_DARK, JOURNEY_LIGHT, LIGHT
from shoplib.errors import LabError
from tests.unit import journey_rows as shop
from tests.unit.test_architecture_painting import luminance

FOREIGN = ("stranger-", "aaaaa00", "1-65f00011", "bbbbbbbb", "cccccccc", "dddddddd", "eeeeeeee")
ORDERS_PART = ["InvokeFunction", "InvokeFunction", "UpdateItem", "PutItem", "PutRecords"]


@pytest.fixture(scope="module")
def picture() -> architecture.Picture:
    return shop.shop()


@pytest.fixture(scope="module")
def follow(picture: architecture.Picture) -> Callable[..., journey.Journey]:
    return lambda rows, start=shop.ORDER: journey.follow(picture, shop.IDS, rows, start)


def test_a_checkout_is_followed_from_the_click_to_the_lake(follow: Any) -> None:
    found = follow(shop.story())
    ways = [(step.source, step.target) for step in found.calls]
    assert ways[:2] == [("Clients", "CheckoutApi"), ("CheckoutApi", "CheckoutFunction")]
    assert [step.operation for step in found.calls if step.trace == shop.CHECKOUT] == [
        row["operation"] for row in shop.checkout()
    ]
    assert [step.operation for step in found.calls if step.trace == shop.ORDERS] == ORDERS_PART
    assert ways.count(("AnalyticsFunction", "LakeBucket")) == 2 and all(step.edge for step in found.calls)


def test_each_step_goes_along_a_connection_of_the_model(follow: Any, picture: architecture.Picture) -> None:
    keys = {edge.key for edge in picture.model.edges}
    for step in follow(shop.story()).calls:
        assert step.edge in keys and step.edge[:2] == (step.source, step.target)


def test_a_trace_is_as_good_a_start_as_an_order(follow: Any) -> None:
    by_order = follow(shop.story()).calls
    for start in (shop.CHECKOUT, f"Root={shop.CHECKOUT};Parent=53995c3f42cd8ad8;Sampled=0"):
        assert follow(shop.story(), start).calls == by_order


def test_an_attempt_that_was_refused_is_not_the_way(follow: Any) -> None:
    refused = {"trace": shop.other(9)}
    attempt = [
        shop.row(-90, "Clients", "execute-api", "POST /checkout", "CheckoutApi", 20.0, error="Conflict", **refused),
        shop.row(-85, "CheckoutFunction", "dynamodb", "GetItem", "CheckoutTable", 2.0,
                 payload={"Key": {"id": {"S": f"ORDER#{shop.ORDER}"}}}, **refused),
    ]  # fmt: skip
    assert follow([*attempt, *shop.story()]).calls == follow(shop.story()).calls
    assert [step.operation for step in follow(attempt).calls] == ["POST /checkout", "GetItem"]


def test_of_a_shared_batch_only_the_things_own_part_is_shown(follow: Any) -> None:
    taken = next(step for step in follow(shop.story()).calls if step.trace == shop.ORDERS)
    assert taken.note.startswith("one of 7 in this batch") and taken.hop and taken.target == "OrdersFunction"
    (record,) = json.loads(taken.payload)["Records"]
    assert record["body"]["order_id"] == shop.ORDER and json.loads(taken.answer) == {"batchItemFailures": []}


def test_objects_whose_keys_name_others_are_not_the_things(follow: Any) -> None:
    """A batch that writes one object per order; where no key names an order, all of its objects may be the thing's."""
    batch = next(
        row for row in shop.story() if len(row["links"]) > 1 and shop.PHYSICAL["AnalyticsFunction"] in row["resource"]
    )
    trace = batch["trace"].partition(";")[0].removeprefix("Root=")
    at = (batch["at"] - shop.story()[0]["at"]) * 1000 + 1
    put = ("AnalyticsFunction", "s3", "PutObject", "LakeBucket", 9.5)
    objects = [
        shop.row(at, *put, trace=trace, payload=f"/lake/{order}.json") for order in (shop.ORDER, shop.order_of(1))
    ]
    before = [step for step in follow(shop.story()).calls if step.operation == "PutObject"]
    after = [step for step in follow([*shop.story(), *objects]).calls if step.operation == "PutObject"]
    assert len(after) == len(before) + 1 and f"/lake/{shop.ORDER}.json" in [step.payload for step in after]


def test_a_batch_of_its_own_is_shown_whole(follow: Any) -> None:
    rows = [*shop.checkout(), *shop.orders(batch=1)]
    taken = [step for step in follow(rows).calls if step.trace == shop.ORDERS]
    assert [step.operation for step in taken] == ORDERS_PART and not any(step.note for step in taken)


def test_waiting_in_a_queue_and_in_a_stream_is_told(follow: Any) -> None:
    waits = {step.at_ms: step.waited_ms for step in follow(shop.story()).calls if step.hop}
    # Sent at 36.0, answered after 3.3 ms, taken at 212; begun at 27.5; bought by the orders' function at 249.
    assert waits == pytest.approx({212.0: 172.7, 1043.0: 1011.4, 2210.0: 1958.9}, abs=0.01)
    assert all(step.waited_ms is None for step in follow(shop.story()).calls if not step.hop)


def test_records_of_a_stream_are_read_in_clear(follow: Any) -> None:
    told = next(step for step in follow(shop.story()).calls if step.operation == "PutRecords")
    assert json.loads(told.payload)["Records"][0]["Data"]["event_name"] == "begin_checkout"
    lake = next(step for step in follow(shop.story()).calls if step.target == "AnalyticsFunction")
    names = [record["kinesis"]["data"]["event_name"] for record in json.loads(lake.payload)["Records"]]
    assert names == ["begin_checkout", "add_payment_info"] and lake.note.startswith("2 of 5 in this batch")


def test_a_mention_is_found_within_base64_alone(follow: Any) -> None:
    found = follow(shop.story(), shop.PAID)
    assert found.calls == follow(shop.story()).calls


def test_what_is_not_text_is_kept_and_said_to_be_unknown(follow: Any) -> None:
    stored = [step for step in follow(shop.story()).calls if step.target == "LakeBucket"]
    assert all(step.payload == "" and "is unknown" in step.note for step in stored) and len(stored) == 2


def test_an_import_is_followed_for_one_of_its_orders_alone(follow: Any) -> None:
    """All orders of an import are on one trace, so the trace alone does not tell whose a message is."""
    trace = {"trace": shop.CHECKOUT}
    entries = [{"Id": str(n), "MessageBody": json.dumps({"order_id": f"53636{n}"})} for n in range(3)]
    messages = [{"messageId": f"m-{n}", "body": json.dumps({"order_id": f"53636{n}"})} for n in range(3)]
    rows = [
        shop.row(1, "CheckoutFunction", "sqs", "SendMessage", "OrdersQueue", 2, payload={"Entries": entries}, **trace)
    ]
    for number, some in enumerate((messages[:1], messages[1:])):
        mine = {"trace": shop.other(number), "links": [shop.CHECKOUT]}
        rows.append(shop.row(50 + number, "OrdersQueue", "lambda", "InvokeFunction", "OrdersFunction", 9,
                             payload={"Records": some}, **mine))  # fmt: skip
    found = follow(rows, "536362").calls
    assert [(step.operation, step.note.split(";")[0]) for step in found] == [
        ("SendMessage", "one of 3 in this call"),
        ("InvokeFunction", "one of 2 in this batch"),
    ]
    assert "536361" not in "".join(step.payload for step in found)


def test_failures_and_calls_that_nobody_declared_are_told(follow: Any) -> None:
    steps = follow(shop.trouble(), shop.CART).steps
    denied = steps[steps["target"] == "CatalogTable"].iloc[0]
    assert (denied["edge"], denied["error"]) == ("used, not declared", "AccessDeniedException")
    assert steps["ms"].isna().tolist() == [False, False, False, True]


def cut(row: shop.Row, length: int) -> shop.Row:
    return {**row, "payload": row["payload"][:length], "answer": row["answer"][:length]}


def test_a_batch_that_was_cut_shows_its_whole_entries_alone(follow: Any) -> None:
    rows = [cut(row, 2100) if len(row["links"]) > 1 else row for row in shop.story()]
    taken = next(step for step in follow(rows).calls if step.trace == shop.ORDERS)
    (record,) = json.loads(taken.payload)["Records"]
    assert record["messageId"] == shop.MESSAGE
    lost = next(step for step in follow([cut(row, 300) if row["links"] else row for row in rows]).calls if step.hop)
    assert lost.payload == "" and "which one is unknown" in lost.note


def test_calls_outside_the_picture_are_left_out(picture: architecture.Picture) -> None:
    rows = [*shop.checkout(), shop.row(40, "CheckoutFunction", "logs", "PutLogEvents", "somewhere", 1.0)]
    assert len(journey.follow(picture.model, shop.IDS, rows, shop.ORDER).calls) == len(shop.checkout())
    fulfilment = architecture.from_patterns("fulfilment")
    found = journey.follow(fulfilment, shop.IDS, shop.story(), shop.ORDER)
    assert {step.target for step in found.calls} <= {node.id for node in fulfilment.model.nodes}


@pytest.mark.parametrize(
    ("rows", "start", "says"),
    [
        ([], shop.ORDER, "none of 0 recorded calls mentions"),
        (shop.checkout(), "536365", "none of 13 recorded calls mentions 536365"),
        (shop.checkout(), shop.ORDER[:-1], "recorded calls mentions"),
        (shop.checkout(), " ", "an empty text"),
        ([{**row, "trace": ""} for row in shop.checkout()], shop.ORDER, "none of them with a trace"),
        ([{**row, "caller": "arn:aws:iam::1:user/me"} for row in shop.checkout()], shop.ORDER, "none of them between"),
    ],
)
def test_nothing_found_says_what_to_do(follow: Any, rows: list[shop.Row], start: str, says: str) -> None:
    with pytest.raises(LabError, match=says) as error:
        follow(rows, start)
    assert error.value.next


def test_of_an_id_that_is_not_whole_the_whole_one_is_named(follow: Any) -> None:
    with pytest.raises(LabError) as error:
        follow(shop.checkout(), shop.ORDER[:8])
    assert error.value.next == f"ids must match in full; did you mean {shop.ORDER}?"


def test_steps_are_a_table_and_a_short_text(follow: Any) -> None:
    found = follow(shop.story())
    table = found.steps
    assert table["step"].tolist() == list(range(1, 23)) and table["at_ms"].is_monotonic_increasing
    assert table["edge"].tolist()[:2] == ["request", "invoke"]
    assert repr(found) == f"<Journey of {shop.ORDER!r}: 22 steps in 2,258 ms>"


def test_the_page_needs_nothing_else_and_is_the_same_each_time(follow: Any, tmp_path: Path) -> None:
    page = follow(shop.story()).save(tmp_path / "some" / "journey.html").read_text(encoding="utf-8")
    assert page == follow(shop.story()).html() and page.startswith("<!doctype html>")
    outside = page.replace("http://www.w3.org/2000/svg", "").replace("https://sqs/orders", "")
    assert not any(
        word in outside
        for word in ("http:", "https:", "@import", "src=", "file:", "/home/", str(Path(__file__).parents[2]))
    )
    assert page.count("<tr data-number=") == 22 and len(page) < 500_000
    with pytest.raises(LabError, match=r"ends in \.html"):
        follow(shop.story()).save(tmp_path / "journey.pdf")


def test_text_of_payloads_is_text(follow: Any) -> None:
    page = follow(shop.trouble(), shop.CART).html()
    assert page.count("<script") == page.count("</script>") == 1 and "<img" not in page
    assert "&lt;/script&gt;&lt;script&gt;window.broken" in page


def test_a_very_long_journey_is_bounded(follow: Any) -> None:
    item = {"cart_id": shop.CART, "text": "x" * 7000}
    rows = [
        shop.row(n, "CheckoutFunction", "dynamodb", "PutItem", "CheckoutTable", 1.0, payload=item) for n in range(900)
    ]
    found = follow(rows, shop.CART)
    assert len(found.calls) == len(found.steps) == 900
    assert found.html().count("<article") == MOST_STEPS and len(found.html()) < 1_000_000
    assert "more characters are in the table of steps" in found.html()


@pytest.mark.parametrize("theme", [{**LIGHT, **JOURNEY_LIGHT}, {**DARK, **JOURNEY_DARK}], ids=["light", "dark"])
def test_the_players_texts_have_contrast(theme: dict[str, str]) -> None:
    grounds = {
        **dict.fromkeys(("strong", "plain", "accent", "bad"), ("page", "lane", "soft")),
        "muted": ("page", "lane"),
        "on": ("accent",),
        "lane2": ("page",),
        "lane3": ("page",),
    }
    for role, ground in ((role, each) for role, some in grounds.items() for each in some):
        low, high = sorted((luminance(theme[role]), luminance(theme[ground])))
        assert (high + 0.05) / (low + 0.05) >= 4.5, (role, ground)


def test_long_idle_stretches_are_folded(follow: Any) -> None:
    calls = follow(shop.story()).calls
    axis = clock.Clock(calls)
    assert [round(fold.ms) for fold in axis.folds] == [151, 760, 1119]
    places = [axis.place(step.at_ms) for step in calls]
    assert places == sorted(places) and places[0] == 0 and axis.place(axis.total) == pytest.approx(1)
    assert axis.place(61.4) > 0.2, "the request is a fortieth of the time, and a fifth of the axis"


moments = st.lists(st.tuples(st.floats(0, 1e6), st.one_of(st.none(), st.floats(0, 1e5))), min_size=1, max_size=12)


@given(moments)
def test_the_axis_keeps_the_order_of_moments(spans: list[tuple[float, float | None]]) -> None:
    like = journey.Step(1, 0, "a", "b", None, "", 0, "", False, None, "", "", "", "")
    first = min(at for at, _ in spans)
    axis = clock.Clock([replace(like, at_ms=at - first, ms=ms) for at, ms in spans])
    places = [axis.place(at) for at in sorted({at - first + more for at, ms in spans for more in (0, ms or 0)})]
    assert all(0 <= one <= other <= 1 + 1e-9 for one, other in pairwise([0, *places, 1 + 1e-9]))


@settings(deadline=None)
@given(
    batch=st.integers(1, 7),
    order=st.randoms(use_true_random=False),
    cuts=st.dictionaries(st.integers(13, 70), st.integers(0, 1500), max_size=8),
    lost=st.sets(st.integers(13, 70), max_size=8),
    start=st.sampled_from([shop.ORDER, shop.CHECKOUT]),
)
def test_every_step_is_a_call_and_nothing_of_others_shows(
    picture: architecture.Picture, batch: int, order: Any, cuts: dict[int, int], lost: set[int], start: str
) -> None:
    rows = [*shop.checkout(), *shop.others(), *shop.orders(batch), *shop.lake(batch)]
    rows = [cut(row, cuts.get(place, 9999)) for place, row in enumerate(rows) if place not in lost]
    order.shuffle(rows)
    calls = journey.follow(picture, shop.IDS, rows, start).calls
    began = min(row["at"] for row in rows)
    made = {(round((row["at"] - began) * 1000, 2), row["operation"], row["ms"]) for row in rows}
    assert all((round(step.at_ms, 2), step.operation, step.ms) in made for step in calls)
    assert [step.number for step in calls] == list(range(1, len(calls) + 1))
    assert all(one.at_ms <= other.at_ms for one, other in pairwise(calls))
    shown = "\n".join(step.payload + step.answer for step in calls)
    assert not [word for word in FOREIGN if word in shown]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.one_of(st.text(), json_values.map(json.dumps), json_values.map(lambda value: shop.encoded(json.dumps(value))))
)
def test_any_text_can_be_read(text: str) -> None:
    assert isinstance(texts.readable(text), str)
    part = texts.part(text, lambda said: False)
    assert part.own == 0 and not (part.of and json.loads(part.text or "{}"))


@given(st.dictionaries(st.text(max_size=8), json_values, min_size=1, max_size=3))
def test_what_is_unfolded_says_the_same(value: dict[str, Any]) -> None:
    plain = json.dumps({"event": value})
    clear = {"event": texts.unfold(value)}
    assert json.loads(texts.readable(json.dumps([shop.encoded(plain), plain]))) == [clear, clear]


def test_json_that_is_too_deep_is_left_as_it_is() -> None:
    deep = "[" * 50_000 + "]" * 50_000
    assert texts.readable(deep) == deep and texts.part(deep, lambda said: True).cut
