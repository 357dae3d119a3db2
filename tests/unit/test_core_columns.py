"""The fast check of a whole batch and `events.problem`, one by one, are two forms of the same rule."""

import json
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shoplib.core import events, lake
from shoplib.core.lake import columns

GOOD: dict[str, Any] = {
    "event_id": "6f1c2a9e-1111-4222-8333-444455556666",
    "event_time": "2026-03-01T11:59:59.250000Z",
    "event_name": "purchase",
    "schema_version": 1,
    "anonymous_id": "visitor-1",
    "device": "mobile",
    "order_id": "1",
    "value_minor": "42.5",
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.decimals() | st.text(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=3,
)
TIMES = st.from_regex(events.TIME_PATTERN, fullmatch=True) | st.datetimes().map(lambda at: at.isoformat() + "Z")
TRICKY = (
    st.sampled_from(
        [
            1,
            "1",
            True,
            Decimal("1"),
            Decimal("1.5"),
            "1.5",
            "-0",
            "1\n",
            "\ud800",
            "x" * 1025,
            2**31,
            {},
            {"a": Decimal("1e999")},
        ]
    )
    | st.sampled_from([*events.NAMES, *events.DEVICES, *events.CHANNELS])
    | st.uuids().map(str)
    | TIMES
    | JSON
)
CHANGES = st.dictionaries(st.sampled_from([field.name for field in events.FIELDS] + ["unknown"]), TRICKY, max_size=3)


@settings(max_examples=400)
@example([{"props": []}])
@example([{"props": 0}])
@example([{"props": {"size": Decimal("sNaN")}}])
@example([{"unknown": Decimal("NaN")}])
@given(st.lists(CHANGES, min_size=1, max_size=3))
def test_a_batch_fits_exactly_when_each_of_its_events_is_good(changes: list[dict[str, Any]]):
    batch = [{**GOOD, **change} for change in changes]
    expected = all(events.problem(event) is None for event in batch)
    try:
        table = columns.table(batch)
    except columns.Unfit:
        assert not expected
    else:
        assert expected
        assert table.num_rows == len(batch)


def test_columns_hold_the_events_values():
    table = columns.table([GOOD, {**GOOD, "value_minor": 7, "quantity": 3, "user_id": "ada"}])
    assert table["value_minor"].to_pylist() == [Decimal("42.500"), Decimal("7.000")]
    assert table["quantity"].to_pylist() == [None, 3]
    assert table["user_id"].to_pylist() == [None, "ada"]
    assert table["event_time"].type == lake.MOMENT


def test_unknown_fields_join_props_and_never_replace_them():
    table = columns.table([{**GOOD, "colour": "red", "size": Decimal("1.25"), "props": {"colour": "blue"}}, GOOD])
    assert json.loads(table["props"][0].as_py()) == {"colour": "blue", "size": 1.25}
    assert table["props"][1].as_py() is None


@pytest.mark.parametrize("batch", [[], [[]], ["text"], [None]])
def test_what_is_no_event_is_unfit(batch: list[Any]):
    if batch:
        with pytest.raises(columns.Unfit):
            columns.table(batch)
    else:
        assert columns.table(batch).num_rows == 0


def test_the_schema_keeps_amounts_exact_and_times_in_utc():
    assert lake.SCHEMA.field("price_minor").type == pa.decimal128(18, 3)
    assert lake.SCHEMA.field("event_time").type == pa.timestamp("us", tz="UTC")
    assert [field.name for field in lake.STAMPS] == lake.SCHEMA.names[-3:]
