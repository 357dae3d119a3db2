"""The languages that the shop speaks, and which of them somebody wants."""

from collections.abc import Iterator, Mapping
from typing import Any

from shoplib.core import checks

DEFAULT = "en"
LANGUAGES = (DEFAULT, "de", "es", "ar")
RIGHT_TO_LEFT = frozenset({"ar"})


def optional(source: Mapping[str, Any], name: str = "language") -> str | None:
    """A language of the shop; absent or null is None. InvalidRequest for one that it does not speak."""
    return checks.choice(source, name, LANGUAGES) if source.get(name) is not None else None


def preferred(accept_language: str | None) -> str:
    """The language of an Accept-Language header (RFC 9110) that the shop speaks and that is liked best."""
    liked = [(weight, -place, tag) for place, (tag, weight) in enumerate(_ranges(accept_language or "")) if weight > 0]
    return max(liked)[2] if liked else DEFAULT


def _ranges(header: str) -> Iterator[tuple[str, float]]:
    """The shop's languages in a header, in its order, with their weights."""
    for part in header.split(","):
        tag, *parameters = part.strip().split(";")
        language = tag.strip().lower().partition("-")[0]
        if language in LANGUAGES:
            yield language, _weight(parameters)


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.strip().partition("=")
        if name.strip().lower() == "q":
            try:
                return float(value)
            except ValueError:
                return 0
    return 1
