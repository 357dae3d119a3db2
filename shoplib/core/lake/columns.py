"""Many events become columns of the lake at once: the fast form of `events.problem` and of converting each value.

A batch either fits as a whole or raises Unfit; then `events.problem` names the events at fault, one by one.
"""

import json
from collections.abc import Sequence
from decimal import Decimal
from operator import itemgetter
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from shoplib.core import lake, money, numbers
from shoplib.core.events import FIELDS, ID_PATTERN, MAX_TEXT, REQUIRED_OF_SALES, SALES, TIME_PATTERN, Event, Field

_NAMES = [field.name for field in FIELDS]
_BLANK = dict.fromkeys(_NAMES)
_PICK = itemgetter(*_NAMES)
_PROPS = _NAMES.index("props")
_NONE = type(None)


class Unfit(Exception):
    """Some value of the batch does not fit its column."""


def table(events: Sequence[Event]) -> pa.Table:
    """Columns of `events` in the order of FIELDS; unknown fields join `props`. Raises Unfit."""
    try:
        values = _transpose(events)
        columns = [_column(field, list(column)) for field, column in zip(FIELDS, values, strict=True)]
    except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
        raise Unfit(str(error)) from error
    table_of_events = pa.Table.from_arrays(columns, names=_NAMES)
    _refuse_incomplete_sales(table_of_events)
    return table_of_events


def _transpose(events: Sequence[Event]) -> list[tuple[Any, ...]]:
    rows = []
    for event in events:
        complete = _BLANK | event
        row = _PICK(complete)
        if len(complete) > len(_BLANK) or row[_PROPS] is not None:
            row = (*row[:_PROPS], _props(complete), *row[_PROPS + 1 :])
        rows.append(row)
    return list(zip(*rows, strict=True)) or [()] * len(FIELDS)


def _props(complete: Event) -> str:
    props = {} if complete["props"] is None else complete["props"]
    if type(props) is not dict:
        raise Unfit("props is not an object")
    unknown = {name: value for name, value in complete.items() if name not in _BLANK}
    text = json.dumps({**unknown, **props}, default=money.measurement, allow_nan=False)
    if len(text) > numbers.MAX_DIGITS and numbers.find_unbounded({**unknown, **props}):
        raise Unfit("a number is larger than a double can be")
    return text


def _column(field: Field, values: list[Any]) -> pa.Array:
    array = _MAKERS[field.kind](values)
    if field.required and array.null_count:
        raise Unfit(f"{field.name} is missing")
    if field.allowed and not set(values) <= {*field.allowed, None}:
        raise Unfit(f"{field.name} is unknown")
    return array


def _texts(values: list[Any]) -> pa.Array:
    array = pa.array(values, pa.string())
    if (pc.max(pc.utf8_length(array)).as_py() or 0) > MAX_TEXT:
        raise Unfit("a text is too long")
    return array


def _objects(values: list[Any]) -> pa.Array:
    return pa.array(values, pa.string())


def _ids(values: list[Any]) -> pa.Array:
    return _matching(values, ID_PATTERN)


def _times(values: list[Any]) -> pa.Array:
    return _matching(values, TIME_PATTERN).cast(lake.MOMENT)


def _matching(values: list[Any], pattern: str) -> pa.Array:
    array = pa.array(values, pa.string())
    if pc.all(pc.match_substring_regex(array, rf"\A(?:{pattern})\z")).as_py() is False:
        raise Unfit("a text has the wrong form")
    return array


def _integers(values: list[Any]) -> pa.Array:
    _refuse_other_types(values, {int, _NONE})
    return pa.array(values, pa.int32())


def _counts(values: list[Any]) -> pa.Array:
    return _integers(values).cast(pa.float64())


def _amounts(values: list[Any]) -> pa.Array:
    _refuse_other_types(values, {int, str, Decimal, _NONE})
    # Prices repeat: each different one is parsed once.
    exact = {value: None if value is None else Decimal(money.parse(value)) for value in set(values)}
    return pa.array([exact[value] for value in values], lake.AMOUNT)


def _refuse_other_types(values: list[Any], types: set[type]) -> None:
    # By exact type: Python takes True for 1.
    if not set(map(type, values)) <= types:
        raise Unfit("a value has the wrong type")


def _refuse_incomplete_sales(events: pa.Table) -> None:
    sales = events.filter(pc.is_in(events["event_name"], pa.array(SALES)))
    if any(sales[name].null_count for name in REQUIRED_OF_SALES):
        raise Unfit("a sale is incomplete")


_MAKERS = {
    "text": _texts,
    "id": _ids,
    "time": _times,
    "integer": _integers,
    "count": _counts,
    "amount": _amounts,
    "object": _objects,
}
