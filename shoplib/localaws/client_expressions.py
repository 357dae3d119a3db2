"""Regular expressions that clients write, within bounds: a text for which one takes too long does not match, and the
engine's log says so.

`re` holds the whole interpreter until it is done, which for `(a+)+$` and a line of a hundred letters is never.
"""

import logging
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import regex  # type: ignore[import-untyped]  # unlike re it gives up when told to

LOG = logging.getLogger("shoplib.engine")
PATIENCE_S = 0.1
AT_FIRST_S = 1.0  # on a busy machine a match may wait for its turn, and must not be missed for that
InvalidExpression = regex.error


class Expression:
    """Raises InvalidExpression for what is none."""

    def __init__(self, text: str, *, dot_all: bool = False) -> None:
        self._text = text
        self._compiled = regex.compile(text, regex.DOTALL if dot_all else 0)
        self._patience_s = AT_FIRST_S

    def is_in(self, text: str) -> bool:
        return self._does(self._compiled.search, text)

    def fits(self, text: str) -> bool:
        """The whole of it."""
        return self._does(self._compiled.fullmatch, text)

    def _does(self, match: Any, text: str) -> bool:
        try:
            return match(text, timeout=self._patience_s, concurrent=True) is not None
        except TimeoutError:
            self._patience_s = PATIENCE_S
            LOG.warning("the regular expression %.80r is too hard for a text of %d letters", self._text, len(text))
            return False


def with_wildcards(pieces: Iterable[str]) -> re.Pattern[str]:
    """Of expressions of a fixed length, with `*` between them for any text. Each is looked for where it comes first,
    and nothing looks back, so that many wildcards take no longer than one."""
    texts = [""]
    for piece in pieces:
        texts = [*texts, ""] if piece == "*" else [*texts[:-1], texts[-1] + piece]
    if len(texts) == 1:
        return re.compile(texts[0], re.DOTALL)
    between = "".join(f"(?>.*?{text})" for text in texts[1:-1])
    return re.compile(f"{texts[0]}{between}.*{texts[-1]}", re.DOTALL)


@lru_cache(maxsize=512)
def expression(text: str, *, dot_all: bool = False) -> Expression:
    """The same for the same text."""
    return Expression(text, dot_all=dot_all)
