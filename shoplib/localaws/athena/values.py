"""Values as Athena writes them into results."""

import math
from collections.abc import Callable
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa

Format = Callable[[Any], str]
# Java writes doubles without an exponent between these.
LEAST_PLAIN, LARGEST_PLAIN = 1e-3, 1e7


def formatter(kind: pa.DataType) -> Format:
    """For values of a type of Arrow's that are not null."""
    if pa.types.is_map(kind):
        return _map(formatter(kind.key_type), formatter(kind.item_type))
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        item = _or_null(formatter(kind.value_type))
        return lambda value: f"[{', '.join(map(item, value))}]"
    if pa.types.is_struct(kind):
        return _row([(field.name, _or_null(formatter(field.type))) for field in kind])
    return _scalar(kind)


def _scalar(kind: pa.DataType) -> Format:
    if pa.types.is_timestamp(kind):
        return _moment_with_zone if kind.tz else _moment
    if pa.types.is_float32(kind):
        return lambda value: double_text(float(str(np.float32(value))))
    if pa.types.is_floating(kind):
        return double_text
    if pa.types.is_boolean(kind):
        return lambda value: "true" if value else "false"
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return lambda value: value.hex(" ")
    if pa.types.is_time(kind):
        return lambda value: value.isoformat(timespec="milliseconds")
    return str if not pa.types.is_decimal(kind) else lambda value: format(value, "f")


def _map(key: Format, item: Format) -> Format:
    item = _or_null(item)
    return lambda value: "{" + ", ".join(f"{key(name)}={item(each)}" for name, each in value) + "}"


def _row(fields: list[tuple[str, Format]]) -> Format:
    """Fields without a name, which the translation calls _0, _1 ..., are called field0, field1 ..."""

    def text(value: dict[str, Any]) -> str:
        pairs = (f"{_field_name(name)}={write(value[name])}" for name, write in fields)
        return "{" + ", ".join(pairs) + "}"

    return text


def _field_name(name: str) -> str:
    return f"field{name[1:]}" if name[:1] == "_" and name[1:].isdigit() else name


def _or_null(write: Format) -> Format:
    return lambda value: "null" if value is None else write(value)


def _moment(value: datetime) -> str:
    return value.isoformat(sep=" ", timespec="milliseconds")


def _moment_with_zone(value: datetime) -> str:
    zone = str(value.tzinfo)
    return f"{_moment(value.replace(tzinfo=None))} {'UTC' if zone == 'Etc/UTC' else zone}"


def double_text(value: float) -> str:
    """As Java's Double.toString."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0 or LEAST_PLAIN <= abs(value) < LARGEST_PLAIN:
        return repr(value)
    mantissa, _, power = format(value, f".{_digits(value) - 1}e").partition("e")
    return f"{mantissa if '.' in mantissa else mantissa + '.0'}E{int(power)}"


def _digits(value: float) -> int:
    """How many significant digits the shortest text has that means this number."""
    mantissa = repr(value).lower().partition("e")[0].lstrip("-").replace(".", "")
    return max(1, len(mantissa.strip("0")))
