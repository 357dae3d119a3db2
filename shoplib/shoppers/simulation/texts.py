"""Columns of text, made from numbers without a Python object per value."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from shoplib.shoppers.simulation.dice import Keys

_HEX = np.frombuffer(b"0123456789abcdef", np.uint8)
_DASHES = (8, 13, 18, 23)


def uuids(high: Keys, low: Keys) -> pa.Array:
    """128 bits as UUIDs in their text form."""
    digits = np.concatenate([_digits(high), _digits(low)], axis=1)
    text = np.full((len(digits), 36), ord("-"), np.uint8)
    text[:, [place for place in range(36) if place not in _DASHES]] = digits
    return _column(text)


def prefix_keys(prefix: str, keys: Keys) -> pa.Array:
    """`prefix` and 16 hexadecimal digits."""
    start = np.tile(np.frombuffer(prefix.encode(), np.uint8), (len(keys), 1))
    return _column(np.concatenate([start, _digits(keys)], axis=1))


def _digits(keys: Keys) -> npt.NDArray[np.uint8]:
    octets = keys.astype(">u8").view(np.uint8).reshape(-1, 8)
    return _HEX[np.stack([octets >> 4, octets & 15], axis=2).reshape(-1, 16)]


def _column(text: npt.NDArray[np.uint8]) -> pa.Array:
    count, width = text.shape
    offsets = np.arange(count + 1, dtype=np.int32) * width
    return pa.StringArray.from_buffers(count, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(text)))
