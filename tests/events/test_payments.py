"""Each payment command has one effect, whatever dies, repeats or is late; and the books agree to the last penny."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from moto import mock_aws

from shoplib.core import ids, money
from shoplib.services.payments import gift_cards, store
from shoplib.services.provider import store as provider_store
from tests.inprocess import PROVIDER_KEY, Answer, World, build, client, tables

AUTHORIZATION = {"operation": "authorize", "amount_minor": 2_500, "currency": "GBP", "method": "card"}
HELD = {"held_minor": 2_500, "captured_minor": 0}
NOTHING = {"held_minor": 0, "captured_minor": 0}


class Crash(Exception):
    """The function's process dies here."""


def send(shop: World, operation: str, payment_id: str = "p", **more: Any) -> dict[str, Any]:
    command = AUTHORIZATION | {"token": "tok_visa"} if operation == "authorize" else {"operation": operation}
    return dict(shop.invoke("PaymentsFunction", command | {"payment_id": payment_id} | more))


def code(answer: dict[str, Any]) -> str:
    return str(answer["error"]["code"])


def reconciled(shop: World, payment_id: str = "p") -> dict[str, Any]:
    return dict(shop.invoke("ReconcilePaymentsFunction", {"payment_ids": [payment_id]})["payments"][0])


def provider(shop: World, method: str, path: str, body: Any = None, **headers: str) -> Answer:
    opened = {"Authorization": f"Bearer {PROVIDER_KEY}", "Idempotency_Key": "k"}
    return shop.http("ProviderFunction", method, path, body, **opened | headers)


def issue(shop: World, amount: Any = 3_000, currency: str = "GBP") -> str:
    return str(shop.invoke("IssueGiftCardFunction", {"amount_minor": amount, "currency": currency})["code"])


def balances(shop: World) -> list[Any]:
    return [item["balance_minor"] for item in shop.table("PaymentsTable") if item["entry"] == "card"]


def test_the_life_of_a_payment(shop: World):
    assert send(shop, "authorize") == {"status": "authorized"}
    assert send(shop, "capture", amount_minor=2_000) == {"status": "captured"}
    assert send(shop, "refund", refund_id="a", amount_minor="0.5") == {"status": "refunded"}
    assert send(shop, "refund", refund_id="b", amount_minor="1999.5") == {"status": "refunded"}
    assert code(send(shop, "refund", refund_id="c", amount_minor="0.001")) == "more_than_captured"
    answer = reconciled(shop)
    assert (answer["ledger"], answer["provider"], answer["balanced"]) == (NOTHING, NOTHING, True)


def test_repetitions_change_nothing(shop: World):
    for _ in range(3):
        assert send(shop, "authorize") == {"status": "authorized"}
    for _ in range(3):
        assert send(shop, "capture") == {"status": "captured"}
    for _ in range(3):
        assert send(shop, "refund", refund_id="a", amount_minor=500) == {"status": "refunded"}
    assert send(shop, "authorize") == {"status": "authorized"}
    assert reconciled(shop)["provider"] == {"held_minor": 0, "captured_minor": 2_000}


@pytest.mark.parametrize(
    "changed", [{"amount_minor": 1}, {"currency": "EUR"}, {"method": "paypal"}, {"token": "tok_paypal"}]
)
def test_a_repetition_with_another_content_is_refused(shop: World, changed: dict[str, Any]):
    send(shop, "authorize")
    assert code(send(shop, "authorize", **changed)) == "payment_command_reused"
    assert reconciled(shop)["provider"] == HELD


def test_amounts_cannot_be_tampered_with(shop: World):
    send(shop, "authorize")
    assert code(send(shop, "capture", amount_minor=2_501)) == "more_than_authorized"
    assert code(send(shop, "refund", refund_id="a", amount_minor=1)) == "payment_authorized"
    for wrong in (-1, 0, "1e3", 1.5, "0.0001", True, None):
        assert code(send(shop, "refund", refund_id="a", amount_minor=wrong)) == "invalid_request"
    send(shop, "capture")
    assert code(send(shop, "capture", amount_minor=1)) == "payment_command_reused"
    assert code(send(shop, "void")) == "payment_captured"
    assert code(send(shop, "capture", payment_id="of-nobody")) == "no_such_payment"
    assert reconciled(shop)["balanced"]


@pytest.mark.parametrize("token", ["tok_declined", "tok_insufficient_funds"])
def test_a_decline_stays_one(shop: World, token: str):
    declined = send(shop, "authorize", token=token)
    assert declined["status"] == "declined" and declined["reason"].startswith("The payment was declined")
    assert send(shop, "authorize", token=token) == declined
    assert code(send(shop, "capture")) == "payment_declined"
    assert send(shop, "void") == {"status": "voided"}


def test_an_unknown_token_is_a_mistake_each_time(shop: World):
    for _ in range(2):
        assert code(send(shop, "authorize", token="tok_nobody_knows")) == "invalid_request"
    assert reconciled(shop)["balanced"]


def test_a_silent_bank_holds_nothing_and_is_no_reason_to_spare_the_provider(shop: World):
    for number in range(20):
        assert code(send(shop, "authorize", f"p{number}", token="tok_timeout")) == "payment_timeout"
    assert send(shop, "authorize") == {"status": "authorized"}
    assert reconciled(shop, "p0")["outstanding"] == ["authorize"]
    assert send(shop, "void", "p0") == {"status": "voided"}
    assert reconciled(shop, "p0")["provider"] == NOTHING


def test_an_authorisation_whose_answer_was_late_is_asked_for_by_its_key(shop: World, monkeypatch: pytest.MonkeyPatch):
    asked: list[str] = []
    real = store.ask_provider

    def ask(method: str, path: str, *more: Any) -> Any:
        asked.append(f"{method} {path.rpartition('/')[0]}")
        return real(method, path, *more)

    monkeypatch.setattr(store, "ask_provider", ask)
    assert code(send(shop, "authorize", token="tok_late")) == "payment_timeout"
    assert send(shop, "authorize", token="tok_late") == {"status": "authorized"}
    assert asked == ["POST ", "GET /requests"]
    assert reconciled(shop)["provider"] == HELD


def test_what_is_voided_is_never_authorised(shop: World):
    """The compensation overtakes the command that it undoes."""
    assert send(shop, "void") == {"status": "voided"}
    assert send(shop, "authorize")["status"] == "declined"
    assert code(send(shop, "authorize", "late", token="tok_late")) == "payment_timeout"
    assert send(shop, "void", "late") == {"status": "voided"}
    assert send(shop, "authorize", "late", token="tok_late") == {
        "status": "declined",
        "reason": "The payment was voided.",
    }
    assert reconciled(shop, "late")["balanced"]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", ["begin", "ask_provider", "finish"])
@pytest.mark.parametrize("operation", ["authorize", "capture", "void", "refund"])
def test_a_crash_at_any_step_is_resumed(
    shop: World, monkeypatch: pytest.MonkeyPatch, operation: str, step: str, when: str
):
    earlier = {"authorize": [], "capture": ["authorize"], "void": ["authorize"], "refund": ["authorize", "capture"]}
    for each in earlier[operation]:
        send(shop, each)
    more = {"refund_id": "a", "amount_minor": 700} if operation == "refund" else {}
    real = getattr(store, step)

    def crash(*arguments: Any) -> Any:
        if when == "after":
            real(*arguments)
        raise Crash

    with monkeypatch.context() as patch:
        patch.setattr(store, step, crash)
        with pytest.raises(Crash):
            send(shop, operation, **more)
    assert "error" not in send(shop, operation, **more)
    captured = {"authorize": 0, "capture": 2_500, "void": 0, "refund": 1_800}[operation]
    answer = reconciled(shop)
    assert answer["balanced"] and answer["provider"]["captured_minor"] == captured


def test_a_capture_whose_caller_never_comes_back_can_be_paid_back(shop: World, monkeypatch: pytest.MonkeyPatch):
    """The order is cancelled instead: nobody repeats the capture, and yet it is known what to give back."""
    send(shop, "authorize")

    def crash(*_: Any) -> Any:
        raise Crash

    with monkeypatch.context() as patch:
        patch.setattr(store, "ask_provider", crash)
        with pytest.raises(Crash):
            send(shop, "capture")
    assert code(send(shop, "void")) == "payment_captured"
    assert send(shop, "refund", refund_id="cancellation", amount_minor=2_500) == {"status": "refunded"}
    assert reconciled(shop)["provider"] == NOTHING


def test_two_attempts_at_once_have_one_effect(shop: World, monkeypatch: pytest.MonkeyPatch):
    """The second does all its work between the first one's question to the provider and its record."""
    send(shop, "authorize")
    send(shop, "capture")
    second: list[dict[str, Any]] = []
    real = store.finish

    def slow(*arguments: Any) -> Any:
        if not second:
            second.append({})
            second[0] = send(shop, "refund", refund_id="a", amount_minor=700)
        return real(*arguments)

    monkeypatch.setattr(store, "finish", slow)
    assert send(shop, "refund", refund_id="a", amount_minor=700) == second[0] == {"status": "refunded"}
    assert reconciled(shop)["provider"]["captured_minor"] == 1_800


def test_refunds_at_once_never_exceed_what_was_captured(shop: World, monkeypatch: pytest.MonkeyPatch):
    send(shop, "authorize")
    send(shop, "capture")
    others: list[dict[str, Any]] = []
    real = store.begin

    def slow(*arguments: Any) -> Any:
        if not others:
            others.append({})
            others[0] = send(shop, "refund", refund_id="other", amount_minor=2_000)
        return real(*arguments)

    monkeypatch.setattr(store, "begin", slow)
    assert code(send(shop, "refund", refund_id="mine", amount_minor=2_000)) == "more_than_captured"
    assert others == [{"status": "refunded"}]


def test_a_gift_card_pays_what_it_has(shop: World):
    paying = {"method": "gift_card", "token": issue(shop)}
    assert send(shop, "authorize", **paying) == {"status": "authorized"} == send(shop, "authorize", **paying)
    assert balances(shop) == [500]
    declined = send(shop, "authorize", "more", **paying)
    assert declined == {"status": "declined", "reason": gift_cards.NOT_COVERED}
    assert send(shop, "authorize", "all", **paying | {"amount_minor": 500}) == {"status": "authorized"}
    assert send(shop, "capture", "all") == {"status": "captured"}
    assert balances(shop) == [0] and reconciled(shop, "all")["balanced"]
    assert send(shop, "refund", "all", refund_id="a", amount_minor=500) == {"status": "refunded"}
    send(shop, "capture", amount_minor=2_000)
    assert balances(shop) == [1_000]
    for _ in range(2):
        send(shop, "refund", refund_id="a", amount_minor=1_500)
    assert balances(shop) == [2_500]
    assert send(shop, "authorize", "voided", **paying) == {"status": "authorized"}
    for _ in range(2):
        assert send(shop, "void", "voided") == {"status": "voided"}
    assert balances(shop) == [2_500]
    assert all(reconciled(shop, each)["balanced"] for each in ("p", "all", "more", "voided"))


def test_what_nobody_captures_lapses(shop: World):
    """The shopper who got no answer and never came back has the gift card's value again."""
    send(shop, "authorize", "left", method="gift_card", token=issue(shop))
    send(shop, "authorize", "left-too")
    shop.pass_time(days=20)
    send(shop, "authorize", "newer")
    send(shop, "authorize", "sold")
    send(shop, "capture", "sold")
    assert shop.invoke("LapseHoldsFunction", {}) == {"voided": 0}
    shop.pass_time(days=11)
    assert shop.invoke("LapseHoldsFunction", {}) == {"voided": 2}
    assert shop.invoke("LapseHoldsFunction", {}) == {"voided": 0}
    assert balances(shop) == [3_000]
    assert reconciled(shop, "newer")["provider"] == HELD and reconciled(shop, "left-too")["provider"] == NOTHING


def test_a_gift_card_of_another_currency_does_not_pay(shop: World):
    assert send(shop, "authorize", method="gift_card", token=issue(shop, currency="EUR"))["status"] == "declined"


def test_a_code_is_shown_once_and_kept_nowhere(shop: World, capsys: pytest.CaptureFixture[str]):
    card = issue(shop)
    send(shop, "authorize", method="gift_card", token=card)
    assert len(set(card)) > 4 and card not in str(shop.table("PaymentsTable")) and card not in capsys.readouterr().out


@pytest.mark.parametrize("wrong", [{"amount_minor": 0}, {"amount_minor": -1}, {"currency": "pounds"}, {}])
def test_a_gift_card_has_a_value(shop: World, wrong: dict[str, Any]):
    command = {"amount_minor": 100, "currency": "GBP"} | wrong if wrong else {}
    assert code(shop.invoke("IssueGiftCardFunction", command)) == "invalid_request"


def test_guessing_codes_is_slow(shop: World):
    """Whoever tries codes has few tries from one place, and learns nothing from the answers."""
    card, guess = issue(shop), {"method": "gift_card", "source": "attacker"}
    answers = [send(shop, "authorize", f"p{n}", token=f"GUESS-{n}", **guess) for n in range(gift_cards.FREE_GUESSES)]
    assert {str(answer) for answer in answers} == {str({"status": "declined", "reason": gift_cards.NOT_COVERED})}
    refused = send(shop, "authorize", "right", token=card, **guess)
    assert code(refused) == "too_many_gift_cards" and 0 < refused["error"]["retry_after"] <= 600
    assert send(shop, "authorize", "mine", token=card, method="gift_card", source="owner") == {"status": "authorized"}
    shop.pass_time(seconds=refused["error"]["retry_after"])
    assert send(shop, "authorize", "right", token=card, **guess)["status"] == "declined"  # 500 are left on it


def test_the_provider_opens_to_its_key_alone(shop: World):
    send(shop, "authorize")
    for shown in ("", "Bearer", "Bearer wrong", f"Bearer {PROVIDER_KEY}x", PROVIDER_KEY[:-1]):
        for method, path in (("GET", "/payments/p"), ("POST", "/payments"), ("POST", "/payments/p/capture")):
            assert provider(shop, method, path, {}, Authorization=shown).status == 401
    assert provider(shop, "GET", "/payments/p").body["livemode"] is False
    assert provider(shop, "GET", "/payments/of-nobody").status == 404


def test_a_key_that_was_changed_is_read_anew(shop: World):
    send(shop, "authorize")
    client("secretsmanager").put_secret_value(SecretId=shop.names["ProviderKey"], SecretString="another")
    provider_store.key.cache_clear()
    assert code(send(shop, "capture")) == "payment_unavailable"
    assert send(shop, "capture") == {"status": "captured"}


def test_the_provider_keeps_its_own_rules(shop: World):
    body = AUTHORIZATION | {"payment_id": "p", "token": "tok_visa"}
    assert provider(shop, "POST", "/payments", body, Idempotency_Key="").status == 400
    assert [provider(shop, "POST", "/payments", body).status for _ in range(2)] == [201, 201]
    assert provider(shop, "POST", "/payments", body | {"amount_minor": 1}).status == 422
    assert provider(shop, "POST", "/payments", body, Idempotency_Key="other").status == 409
    for path, amount in (("capture", 2_501), ("refunds", 1)):
        assert (
            provider(shop, "POST", f"/payments/p/{path}", {"amount_minor": amount}, Idempotency_Key=path).status == 409
        )
    assert provider(shop, "POST", "/payments/of-nobody/capture", {"amount_minor": 1}, Idempotency_Key="n").status == 404
    assert provider(shop, "POST", "/payments/p/capture", {"amount_minor": -1}, Idempotency_Key="m").status == 400


def test_a_provider_that_fails_is_spared_and_tried_again(shop: World, monkeypatch: pytest.MonkeyPatch):
    shop.invoke("SetProviderTroubleFunction", {"failure_percent": 100})
    answers = [send(shop, "authorize", f"p{number}") for number in range(15)]
    assert {code(answer) for answer in answers} == {"payment_unavailable"}
    asked: list[Any] = []
    real = store.ask_provider
    monkeypatch.setattr(store, "ask_provider", lambda *call: asked.append(call) or real(*call))
    refused = send(shop, "authorize")
    assert not asked and refused["error"]["retry_after"] == 5
    shop.invoke("SetProviderTroubleFunction", {})
    shop.pass_time(seconds=5)
    assert send(shop, "authorize") == {"status": "authorized"}
    assert [send(shop, "authorize", f"p{number}")["status"] for number in range(15)] == ["authorized"] * 15
    (circuit,) = [item for item in shop.table("PaymentsTable") if item["id"] == "CIRCUIT#provider"]
    assert (circuit["state"], circuit["generation"]) == ("closed", 1)


def test_trouble_is_the_same_for_the_same_seed(shop: World):
    def statuses() -> list[int]:
        shop.invoke("SetProviderTroubleFunction", {"failure_percent": 50, "seed": 7})
        body = {"amount_minor": 1}
        return [provider(shop, "POST", "/payments/x/capture", body, Idempotency_Key=f"{n}").status for n in range(20)]

    first = statuses()
    assert statuses() == first and {404, 503} == set(first)
    assert code(shop.invoke("SetProviderTroubleFunction", {"failure_percent": 101})) == "invalid_request"


@pytest.mark.parametrize(
    "message", [{}, {"operation": "steal"}, {"operation": "void", "payment_id": ""}, {"operation": 1}]
)
def test_nonsense_is_refused(shop: World, message: dict[str, Any]):
    assert code(shop.invoke("PaymentsFunction", message)) == "invalid_request"


@pytest.fixture(scope="module")
def lasting() -> Iterator[World]:
    """One world for all examples, each of which has payments of its own."""
    patch = pytest.MonkeyPatch()
    with mock_aws():
        yield build(patch)
    patch.undo()


Step = tuple[Any, ...]
TOKENS = st.sampled_from(["tok_visa", "tok_visa", "gift", "gift", "tok_late", "tok_declined"])
STEPS = st.one_of(
    st.tuples(st.just("authorize")),
    st.tuples(st.just("capture"), st.sampled_from([None, 1, 1_999, 2_500])),
    st.tuples(st.just("void")),
    st.tuples(st.just("refund"), st.sampled_from("abc"), st.sampled_from([1, "0.5", 800, 2_500])),
    st.tuples(st.just("trouble"), st.sampled_from([0, 50, 100])),
    st.tuples(st.just("crash"), st.sampled_from(["begin", "ask_provider", "finish"]), st.booleans()),
)


@settings(max_examples=15)
@given(token=TOKENS, steps=st.lists(STEPS, min_size=3, max_size=14))
@example(token="gift", steps=[("authorize",), ("capture", None), ("refund", "a", 800)])
def test_whatever_happens_the_books_balance(lasting: World, token: str, steps: list[Step]):
    card = issue(lasting)
    payment_id = ids.derived_id(card)
    paying = {"method": "gift_card", "token": card} if token == "gift" else {"token": token}
    unanswered: list[Step] = []
    with pytest.MonkeyPatch.context() as patch:
        for step in steps:
            take(lasting, patch, payment_id, paying, step, unanswered)
    lasting.invoke("SetProviderTroubleFunction", {})
    lasting.pass_time(seconds=60)
    for step in unanswered:  # whoever got no answer sends the command again
        answer = command(lasting, payment_id, paying, step)
        assert answer.get("error", {}).get("kind") != "unavailable", answer
    assert reconciled(lasting, payment_id)["balanced"]
    books = {name: money.parse(value) for name, value in reconciled(lasting, payment_id)["provider"].items()}
    assert all(0 <= value <= 2_500 for value in books.values())
    assert balance(lasting, card) == 3_000 - (sum(books.values()) if token == "gift" else 0)


def balance(shop: World, card: str) -> Any:
    key = {"id": f"GIFT#{ids.fingerprint(card)}", "entry": "card"}
    return tables().Table(shop.names["PaymentsTable"]).get_item(Key=key)["Item"]["balance_minor"]


def take(shop: World, patch: Any, payment_id: str, paying: dict[str, Any], step: Step, unanswered: list[Step]) -> None:
    if step[0] == "trouble":
        shop.invoke("SetProviderTroubleFunction", {"failure_percent": step[1], "seed": 3})
        shop.pass_time(seconds=6)
    elif step[0] == "crash":
        real = getattr(store, step[1])

        def crash(*arguments: Any) -> Any:
            patch.setattr(store, step[1], real)
            if step[2]:
                real(*arguments)
            raise Crash

        patch.setattr(store, step[1], crash)
    else:
        try:
            answer = command(shop, payment_id, paying, step)
        except Crash:
            answer = {"error": {"kind": "unavailable"}}
        if answer.get("error", {}).get("kind") == "unavailable":
            unanswered.append(step)


def command(shop: World, payment_id: str, paying: dict[str, Any], step: Step) -> dict[str, Any]:
    if step[0] == "refund":
        return send(shop, "refund", payment_id, refund_id=step[1], amount_minor=step[2])
    if step[0] == "capture":
        return send(shop, "capture", payment_id, **{} if step[1] is None else {"amount_minor": step[1]})
    return send(shop, step[0], payment_id, **paying if step[0] == "authorize" else {})
