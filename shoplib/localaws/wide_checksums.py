"""CRC-64 of large bodies by many lanes at once: byte by byte it takes a second for ten megabytes.

A body is cut into pieces of one length, whose checksums are computed side by side; two neighbours become one by moving
the first over the length of the second, which is linear in its bits.
"""

import numpy as np

ONES = 0xFFFFFFFFFFFFFFFF
LANES = 1024
Words = np.ndarray[tuple[int, ...], np.dtype[np.uint64]]


def crc64(body: bytes, table: list[int]) -> int:
    size = len(body) // LANES
    head = np.frombuffer(body, np.uint8, LANES * size).reshape(LANES, size)
    by_byte = np.array(table, np.uint64)
    lanes = np.zeros(LANES, np.uint64)
    lanes[0] = ONES
    for column in head.T:
        lanes = by_byte[((lanes ^ column) & np.uint64(0xFF)).astype(np.intp)] ^ (lanes >> np.uint64(8))
    value = int(_joined(lanes, _moved_by(size, by_byte)))
    for byte in body[LANES * size :]:
        value = table[(value ^ byte) & 0xFF] ^ (value >> 8)
    return value ^ ONES


def _joined(lanes: Words, move: Words) -> np.uint64:
    """`move` has what becomes of each bit over the length of one lane."""
    while len(lanes) > 1:
        lanes = _apply(move, lanes[0::2]) ^ lanes[1::2]
        move = _apply(move, move)
    return np.uint64(lanes[0])


def _moved_by(size: int, by_byte: Words) -> Words:
    bits = np.uint64(1) << np.arange(64, dtype=np.uint64)
    moved, step = bits, by_byte[(bits & np.uint64(0xFF)).astype(np.intp)] ^ (bits >> np.uint64(8))
    while size:
        if size & 1:
            moved = _apply(step, moved)
        step, size = _apply(step, step), size >> 1
    return moved


def _apply(matrix: Words, words: Words) -> Words:
    """The matrix's images of the bits of each word, together."""
    result = np.zeros_like(words)
    for bit, image in enumerate(matrix):
        result ^= np.where((words >> np.uint64(bit)) & np.uint64(1), image, np.uint64(0))
    return result
