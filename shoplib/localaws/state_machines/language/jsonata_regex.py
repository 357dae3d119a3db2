"""Regular expressions of JSONata, which end with the expression's time.

The library's own are `re`'s, which hold the whole engine until they are done: `/(a+)+$/` never is. The template of a
replacement is still read as `re` reads it, for the library reads its complaints.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

import regex  # type: ignore[import-untyped]  # unlike re it gives up when told to

LONGEST_S = 1.0


class BoundedPattern:
    def __init__(self, pattern: str, flags: int) -> None:
        self._plain = re.compile(pattern, flags)
        self._bounded = regex.compile(pattern, flags)

    def search(self, string: str) -> Any:
        return _within_time(self._bounded.search, string)

    def finditer(self, string: str) -> Iterator[Any]:
        matches = iter(self._bounded.finditer(string, timeout=LONGEST_S, concurrent=True))
        while (match := _next(matches)) is not None:
            yield match

    def sub(self, repl: Any, string: str, count: int = 0) -> str:
        if isinstance(repl, str):
            self._plain.sub(repl, "")
        return str(_within_time(self._bounded.sub, repl, string, count))

    def split(self, string: str, maxsplit: int = 0) -> list[str]:
        parts: list[str] = _within_time(self._bounded.split, string, maxsplit)
        return parts


def compiled(pattern: str, flags: Any) -> BoundedPattern:
    """For the library, which has flags of its own."""
    return BoundedPattern(pattern, re.IGNORECASE * flags.case_insensitive | re.MULTILINE * flags.multiline)


def _within_time(operation: Callable[..., Any], *arguments: Any) -> Any:
    try:
        return operation(*arguments, timeout=LONGEST_S, concurrent=True)
    except TimeoutError:
        raise _too_long() from None


def _next(matches: Iterator[Any]) -> Any:
    try:
        return next(matches, None)
    except TimeoutError:
        raise _too_long() from None


def _too_long() -> Exception:
    from jsonata.jexception import JException

    return JException("D1012", -1, round(LONGEST_S * 1000))
