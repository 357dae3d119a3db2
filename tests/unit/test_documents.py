"""What others wrote is read within limits, and within them it is read as ever."""

# ruff: noqa: E501 - texts read best on one line

import json
import time
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from shoplib import documents
from shoplib.documents import DEEPEST, MOST_NODES, Unbounded, Unreadable, load, load_json

LAUGHS = "a0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10)
)
TOO_MUCH = {
    "billion laughs": LAUGHS,
    "laughs by merging": "a0: &a0 {k: v}\n" + "".join(f"a{n}: &a{n} {{x: *a{n - 1}, y: *a{n - 1}}}\n" for n in range(1, 40)),
    "an alias within itself": "a: &a [*a]\n",
    "an alias within itself, further down": "a: &a {b: {c: [1, *a]}}\n",
    "an alias of nothing": "a: *b\n",
    "deep lists": "a: " + "[" * 500 + "]" * 500,
    "deep blocks": "".join("  " * n + "a:\n" for n in range(300)),
    "deep by aliases": "a0: &a0 [1]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 200)),
    "deep JSON": '{"a":' + "[" * 101 + "]" * 101 + "}",
    "deep JSON without an end": '{"a":' * 100_000,
    "too long": "a: " + "x" * documents.LARGEST,
}  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.parametrize("name", sorted(TOO_MUCH))
def test_what_is_too_much_is_refused_at_once(name: str) -> None:
    began = time.process_time()
    with pytest.raises(Unbounded):
        load(TOO_MUCH[name])
    assert time.process_time() - began < 5


@given(VALUES)
def test_all_else_is_read_as_it_was_written(value: Any) -> None:
    assert load(yaml.safe_dump({"value": value})) == {"value": value}
    assert load(json.dumps({"value": value})) == {"value": value}
    assert load_json(json.dumps(value)) == value


def test_keys_and_dates_are_text_as_in_json() -> None:
    text = "responses: {200: a, default: b, No: c, 1.0: d}\nversion: 2012-10-17\n"
    assert load(text) == {"responses": {"200": "a", "default": "b", "No": "c", "1.0": "d"}, "version": "2012-10-17"}
    with pytest.raises(Unreadable, match="line 1, column 3"):
        load("? [a, b]\n: c\n")


@given(st.lists(st.integers(0, 4), min_size=1, max_size=6))
def test_nodes_are_counted_as_they_will_be(widths: list[int]) -> None:
    """Each level is a list of the level before, so many times: refused exactly when the whole has too many nodes."""
    text, size, total = "a: &a0 x\n", 1, 3  # the mapping, a key, a text
    for level, width in enumerate(widths, 1):
        text += f"b{level}: &a{level} [{', '.join([f'*a{level - 1}'] * width)}]\n"
        size = 1 + size * width
        total += 1 + size
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(documents, "MOST_NODES", total)
        load(text)
        patch.setattr(documents, "MOST_NODES", total - 1)
        with pytest.raises(Unbounded):
            load(text)


def test_errors_say_where_and_nothing_of_python() -> None:
    for text, place in (
        ("a: [1", "line 2, column 1"),
        ('{"a": }', "line 1, column 7"),
        ("a: !!int x", "a value is malformed"),
    ):
        with pytest.raises(Unreadable, match=place):
            load(text)


def test_the_limits_are_wide() -> None:
    assert len(load("\n".join(f"- &a{n} {{key: value}}" for n in range(20_000)))) == 20_000
    assert load("a: " + "[" * (DEEPEST - 3) + "]" * (DEEPEST - 3))
    assert MOST_NODES > 100_000
