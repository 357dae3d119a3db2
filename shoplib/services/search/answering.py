"""Answers a search from a version of the index."""

from typing import Any

from shoplib.services.search import domain
from shoplib.services.search.domain import Search
from shoplib.services.search.facets import Choices, facets
from shoplib.services.search.snapshot import Snapshot

Answer = dict[str, Any]


def answer(search: Search, snapshot: Snapshot | None) -> Answer:
    """Products, facets and spelling corrections; all empty without an index."""
    request = {"q": search.text, "sort": search.sort}
    if not snapshot:
        none: Answer = {"products": [], "total": 0, "next_cursor": None, "facets": [], "corrected": []}
        return none | request | {"indexed_at": None}
    words = _spelled(search, snapshot)
    ranks = snapshot.matches(words) if words else {}
    matches = snapshot.segments.pieces(ranks) if words else snapshot.segments.everything
    choices = Choices(snapshot, search, matches)
    numbers = snapshot.segments.products(choices.pieces())
    page, last = snapshot.keys(search.sort, ranks).page(search, numbers)
    return {
        "products": [snapshot.card(number) for number in page],
        "total": len(numbers),
        "next_cursor": domain.next_cursor(search, last),
        "facets": facets(snapshot, search, choices),
        "corrected": [
            {"word": word, "to": other} for word, other in zip(search.words, words, strict=True) if word != other
        ],
        **request,
        "indexed_at": snapshot.indexed_at,
    }


def _spelled(search: Search, snapshot: Snapshot) -> list[str]:
    """The words with spelling corrections; a word with no similar word in the index stays, and matches nothing."""
    vocabulary = snapshot.vocabulary
    return [word if vocabulary.knows(word) else vocabulary.correction(word) or word for word in search.words]
