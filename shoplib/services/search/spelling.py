"""Spelling correction for words that the index does not have."""

from bisect import bisect_left
from collections.abc import Mapping
from functools import lru_cache

# Shorter words are too like each other.
SHORTEST = 3
SHORTEST_FOR_TWO = 8
_BITS = 64


class Vocabulary:
    """The words of an index, and the number of products with each."""

    def __init__(self, products: Mapping[str, int]) -> None:
        self.products = products
        self.ordered = sorted(products)
        self.by_length: dict[int, list[tuple[str, int]]] = {}
        for word in self.ordered:
            self.by_length.setdefault(len(word), []).append((word, _letters(word)))
        self.correction = lru_cache(1_000)(self._correction)

    def knows(self, word: str) -> bool:
        """Whether a product contains the word, or one that begins with it."""
        if len(word) == 1:
            return word in self.products
        place = bisect_left(self.ordered, word)
        return place < len(self.ordered) and self.ordered[place].startswith(word)

    def _correction(self, word: str) -> str | None:
        """The nearest word: fewest edits first, then most products, then alphabetical order; None if none is near
        enough.
        """
        most = edits_allowed(word)
        near = [(edits(word, other, most), other) for other in self._candidates(word, most)]
        ranked = [(count, -self.products[other], other) for count, other in near if count <= most]
        return min(ranked)[2] if ranked else None

    def _candidates(self, word: str, most: int) -> list[str]:
        """Words that may be near enough. An edit changes at most two of a word's letters."""
        letters = _letters(word)
        lengths = range(len(word) - most, len(word) + most + 1) if most else ()
        rows = [row for length in lengths for row in self.by_length.get(length, ())]
        return [other for other, having in rows if (letters ^ having).bit_count() <= 2 * most]


def edits_allowed(word: str) -> int:
    """The maximum number of edits in a correction of a word."""
    return (len(word) >= SHORTEST) + (len(word) >= SHORTEST_FOR_TWO)


def edits(one: str, other: str, most: int) -> int:
    """The number of letters to insert, delete, replace or swap with their neighbour; if more than `most`, any larger
    number.
    """
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        before, last, row = row, before, [i] * (len(other) + 1)
        for j, rival in enumerate(other, 1):
            row[j] = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != rival))
            if i > 1 and j > 1 and letter == other[j - 2] and rival == one[i - 2]:
                row[j] = min(row[j], last[j - 2] + 1)
        if min(row) > most and min(before) > most:
            return most + 1
    return row[-1]


def _letters(word: str) -> int:
    """The letters of a word as a bit mask; some letters share a bit."""
    bits = 0
    for letter in word:
        bits |= 1 << ord(letter) % _BITS
    return bits
