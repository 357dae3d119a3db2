"""Random numbers that are a pure function of what they are for: no state, so that no chunk or process changes them.

A counter-based generator: SplitMix64's finaliser (Steele, Lea, Flood, 2014, doi:10.1145/2714064.2660195) applied once
per part of the key.
"""

import hashlib
from functools import cache

import numpy as np
import numpy.typing as npt

Keys = npt.NDArray[np.uint64]
GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


def key(*parts: object) -> np.uint64:
    """64 bits for some words: the seed, and the name of what is decided."""
    return _key("\x1f".join(map(str, parts)))


@cache
def _key(text: str) -> np.uint64:
    return np.uint64(int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little"))


def bits(base: np.uint64 | Keys, numbers: npt.ArrayLike) -> Keys:
    """64 random bits for each number under `base`; chain calls for keys of several parts."""
    with np.errstate(over="ignore"):  # arithmetic modulo 2⁶⁴ is the generator
        mixed = np.asarray(numbers).astype(np.uint64) * GOLDEN + base + GOLDEN
        mixed = (mixed ^ (mixed >> np.uint64(30))) * _FIRST
        mixed = (mixed ^ (mixed >> np.uint64(27))) * _SECOND
        return mixed ^ (mixed >> np.uint64(31))


def uniform(base: np.uint64 | Keys, numbers: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """A number in [0, 1) for each of `numbers`."""
    return (bits(base, numbers) >> np.uint64(11)) / 2.0**53


def choose(weights: npt.ArrayLike, chances: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """For each chance the index that it falls to, by weight."""
    edges = np.cumsum(np.asarray(weights, np.float64))
    return np.searchsorted(edges / edges[-1], chances, side="right").clip(max=len(edges) - 1)
