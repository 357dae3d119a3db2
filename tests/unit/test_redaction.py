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
