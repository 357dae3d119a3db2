"""Sets of items for sale, as integers with one bit per item; the bits of one product are adjacent.

Counting products with at least one item in a set takes a few operations on such integers, whatever their number.
"""

from collections.abc import Iterable, Sequence

# The bits of each byte.
_BITS = tuple(tuple(bit for bit in range(8) if byte >> bit & 1) for byte in range(256))


class Segments:
    """Products as segments of consecutive bits: `starts[n]` is where product n's segment begins; the last entry is the
    end.
    """

    def __init__(self, sizes: Iterable[int]) -> None:
        self.starts = [0]
        for size in sizes:
            self.starts.append(self.starts[-1] + size)
        self.everything = (1 << self.starts[-1]) - 1
        self._tops = of_places((start - 1 for start in self.starts[1:]), self.starts[-1])
        self._rest = self.everything & ~self._tops
        self._owners = {start - 1: number for number, start in enumerate(self.starts[1:])}

    def count(self, pieces: int) -> int:
        """How many products have an item in the set."""
        return self._with_some(pieces).bit_count()

    def products(self, pieces: int) -> list[int]:
        """Which products have an item in the set, in order."""
        flags = self._with_some(pieces).to_bytes(self.starts[-1] // 8 + 1, "little")
        eights = ((place * 8, byte) for place, byte in enumerate(flags) if byte)
        return [self._owners[first + bit] for first, byte in eights for bit in _BITS[byte]]

    def pieces(self, products: Iterable[int]) -> int:
        """All items of these products."""
        places = (place for each in products for place in range(self.starts[each], self.starts[each + 1]))
        return of_places(places, self.starts[-1])

    def _with_some(self, pieces: int) -> int:
        """The top bit of each segment that has a bit set: adding ones below it carries into it."""
        return (((pieces & self._rest) + self._rest) | pieces) & self._tops


def of_places(places: Iterable[int], size: int) -> int:
    """The set of these positions out of `size`."""
    flags = bytearray(size // 8 + 1)
    for place in places:
        flags[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(flags, "little")


def union(sets: Sequence[int]) -> int:
    """The union of the sets."""
    together = 0
    for each in sets:
        together |= each
    return together
