"""Text with `*`, as event patterns write it: a backslash before it means the character itself."""

import re
from functools import lru_cache


def matches_wildcard(value: str, pattern: str) -> bool:
    return _expression(pattern).fullmatch(value) is not None


@lru_cache(maxsize=1024)
def _expression(pattern: str) -> re.Pattern[str]:
    pieces = re.findall(r"\\[*\\]|\*|[^*\\]+|\\", pattern)
    return re.compile("".join(".*" if piece == "*" else re.escape(_literal(piece)) for piece in pieces), re.DOTALL)


def _literal(piece: str) -> str:
    return piece[1] if piece in (r"\*", r"\\") else piece
