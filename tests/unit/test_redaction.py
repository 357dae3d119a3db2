"""No secret is shown, however it is wrapped; and what has none stays as it was, to the letter."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoplib.localaws.call_log.redaction import redact, redact_body

WORD = "hunter2-0-more"
NAMES = [
    "password",
    "client_secret",
    "accessToken",
    "Authorization",
    "x-api-key",
    "Cookie",
    "SecretString",
    "order_key",
]
SHAPES: dict[str, Callable[[str], Any]] = {
    "a text": lambda word: word,
    "a text with quotes": lambda word: f'a"b\\"{word}',
    "a number's neighbour": lambda word: [1, word],
    "values of a header": lambda word: [word, f"second {word}"],
    "DynamoDB's value": lambda word: {"S": word},
    "an object": lambda word: {"now": word, "before": [word]},
}
WRAPPINGS: dict[str, Callable[[str], str]] = {
    "JSON in JSON": lambda text: json.dumps({"id": 1, "body": text}),
    "a message": lambda text: json.dumps({"Records": [{"body": text, "messageId": "m"}]}),
    "base64": lambda text: json.dumps({"Records": [{"kinesis": {"data": base64.b64encode(text.encode()).decode()}}]}),
    "a list": lambda text: json.dumps([text]),
    "a notification": lambda text: json.dumps({"Message": json.dumps({"Message": text})}),
}


@given(
    st.sampled_from(NAMES), st.sampled_from(sorted(SHAPES)), st.lists(st.sampled_from(sorted(WRAPPINGS)), max_size=4)
)
def test_no_wrapping_shows_a_secret(name: str, shape: str, wrappings: list[str]) -> None:
    text = json.dumps({"id": "visible", name: SHAPES[shape](WORD)})
    for wrapping in wrappings:
        text = WRAPPINGS[wrapping](text)
    told = redact(text)
    for _ in range(2 * len(wrappings)):
        told = json.dumps(_opened(json.loads(told)))
    assert WORD not in told and "visible" in told


def _opened(value: Any) -> Any:
    """What is in JSON or base64 within `value`, in clear."""
    if isinstance(value, dict):
        return {key: _opened(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_opened(each) for each in value]
    for attempt in (json.loads, lambda text: json.loads(base64.b64decode(text))):
        try:
            return attempt(value)
        except (ValueError, TypeError):
            continue
    return value


@pytest.mark.parametrize(
    "text",
    [
        f"user=ann&password={WORD}&token={WORD}",
        f"https://bucket/key?X-Amz-Signature={WORD}&X-Amz-Security-Token={WORD}",
        json.dumps({"rawQueryString": f"a=1&api_key={WORD}", "cookies": [f"session={WORD}"]}),
        json.dumps({"password": WORD, "note": "x" * 9_000})[:8_192],
        json.dumps({"body": json.dumps({"password": WORD, "note": "x" * 9_000})})[:8_192],
        json.dumps({"Item": {"password": {"S": WORD}}, "note": "x" * 9_000})[:8_192],
        json.dumps({"Data": base64.b64encode(json.dumps({"token": WORD}).encode()).decode(), "x": "y" * 9_000})[:8_192],
    ],
    ids=["a form", "an address", "a request", "cut", "cut JSON in JSON", "cut item", "cut record"],
)
def test_neither_forms_nor_what_was_cut_show_one(text: str) -> None:
    told = redact(text)
    assert WORD not in told and told != text
    assert base64.b64encode(f'{{"token": "{WORD}"}}'.encode()).decode() not in told


@given(st.binary(max_size=400))
def test_any_bytes_can_be_shown(body: bytes) -> None:
    assert isinstance(redact_body(body), str)


@pytest.mark.parametrize(
    "text", ['{"a":  1,\n"b":"c=d"}', "plain words", "aGVsbG8gd29ybGQgb2YgdGV4dA==", "", '{"id": "4f870c63"']
)
def test_what_has_no_secret_stays_as_it_is(text: str) -> None:
    assert redact(text) == text


PERSONAL = {
    '{"email": "ann@shop.example", "phone": 442079460958}': ("ann@", "442079"),
    '{"note": "write to ann@shop.example or call +44 20 7946 0958"}': ("ann@", "7946"),
    '{"card": 4111111111111111, "again": "4111-1111-1111-1111"}': ("1111",),
    '{"customer_name": "Ann Lee", "shipping_address": {"line1": "1 High Road"}}': ("Ann", "High Road"),
    '{"ann@shop.example": 1}': ("ann@",),
    '{"Name": "phone", "Value": "020 12"}': ("020 12",),
    '{"email": "ann@shop.example", "note": "cut he': ("ann@",),
    "{'customer_name': 'Ann Lee', email: ann@shop.example}": ("Ann", "ann@"),
    "name=x&email=ann%40shop.example&user%5Bphone%5D=020&next=1": ("ann%40", "020"),
    "/users/ann@shop.example/orders?mobile=0170": ("ann@", "0170"),
    "/users/ann%40shop.example": ("ann%40",),
    "Authorization: Bearer abc.def-ghi": ("abc.def",),
    '["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJl"]': ("eyJhbGci",),
    "<Order><Email>ann</Email><Note>ann@shop.example</Note></Order>": (">ann<", "ann@"),
    json.dumps({"data": base64.b64encode(b'{"email": "ann@shop.example"}').decode()}): ("YW5uQHNob3",),
    base64.b64encode(b'{"id": 1, "email": "ann@shop.example", "x').decode()[:-2]: ("YW5uQHNob3",),
}
PLAIN = (
    '{"at": 1764520000000, "sequenceNumber": "49590338271490256608559692538361571095921575989136588898"}',
    "arn:aws:sqs:us-east-1:123456789012:orders",
    '{"id": "0f8fad5b-d9cb-469f-a165-70867728950e", "day": "2026-11-30T15:00:00Z", "price": "4111.99"}',
    '{"card": "4111111111111112"}',
)


@pytest.mark.parametrize("text", PERSONAL)
def test_nothing_personal_is_shown(text: str) -> None:
    shown = redact(text)
    assert not any(part in shown for part in PERSONAL[text]), shown


@pytest.mark.parametrize("text", PLAIN)
def test_figures_and_names_stay_to_the_letter(text: str) -> None:
    assert redact(text) == text


def test_a_value_that_is_said_to_be_secret_is_one_whatever_its_name() -> None:
    pair = {"Key": "x-tenant", "Value": WORD, "IsValueSecret": True}
    assert WORD not in redact(json.dumps({"BodyParameters": [pair]}))
    assert WORD in redact(json.dumps({"BodyParameters": [pair | {"IsValueSecret": False}]}))
