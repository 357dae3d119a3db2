"""Text with `*`, as event patterns write it: a backslash before it or another one means the character itself."""

import re
from functools import lru_cache

from shoplib.localaws.client_expressions import with_wildcards
from shoplib.localaws.event_patterns.invalid import InvalidPattern

# AWS refuses what keeps too many places of one text possible at a time; its example has six wildcards.
MOST_WILDCARDS = 5
TOO_COMPLEX = (
    "Rule is too complex - try using fewer wildcard characters or fewer repeating character sequences "
    "after a wildcard character"
)


def matches_wildcard(value: str, pattern: str) -> bool:
    return _expression(pattern).fullmatch(value) is not None


def check_wildcard(pattern: str) -> None:
    """Raises InvalidPattern. Positions count bytes from the opening quote, as AWS's do."""
    at = 1
    pieces = _pieces(pattern)
    for piece, following in zip(pieces, [*pieces, ""][1:], strict=True):
        if piece == "\\":
            raise InvalidPattern(f"Invalid escape character at pos {at}", behind=True)
        if piece == following == "*":
            raise InvalidPattern(f"Consecutive wildcard characters at pos {at}", behind=True)
        at += len(piece.encode())
    if pieces.count("*") > MOST_WILDCARDS:
        raise InvalidPattern(TOO_COMPLEX, placeless=True)


def _pieces(pattern: str) -> list[str]:
    return re.findall(r"\\[*\\]|\*|[^*\\]+|\\", pattern)


@lru_cache(maxsize=1024)
def _expression(pattern: str) -> re.Pattern[str]:
    return with_wildcards(piece if piece == "*" else re.escape(_literal(piece)) for piece in _pieces(pattern))


def _literal(piece: str) -> str:
    return piece[1] if piece in (r"\*", r"\\") else piece
