"""Texts that an expression makes stay within what one may need: the library makes any, until the memory is full."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any

MOST_LETTERS = 10_000_000
EXCEEDED = "Expression evaluation memory limit exceeded"  # AWS's words
Size = Callable[..., int]


@lru_cache(maxsize=1)
def install() -> None:
    """In the library's own functions."""
    from jsonata import Jsonata

    sizes: dict[str, Size] = {"pad": _padded, "replace": _replaced, "join": _joined}
    for name, size in sizes.items():
        native = Jsonata.static_frame.lookup(name)
        native.method = _bounded(native.method, size)
    Jsonata.evaluate_string_concat = _bounded(Jsonata.evaluate_string_concat, _concatenated)


def _bounded(function: Callable[..., Any], size: Size) -> Callable[..., Any]:
    @wraps(function)
    def bounded(*arguments: Any) -> Any:
        if size(*arguments) > MOST_LETTERS:
            raise ValueError(EXCEEDED)
        return function(*arguments)

    return bounded


def _padded(_: Any, width: Any, *__: Any) -> int:
    return int(abs(width)) if isinstance(width, int | float) and width == width else 0


def _concatenated(_: Any, left: Any, right: Any) -> int:
    return sum(len(each) for each in (left, right) if isinstance(each, str))


def _replaced(text: Any, pattern: Any, replacement: Any, *_: Any) -> int:
    if not isinstance(text, str) or not isinstance(replacement, str):
        return 0
    if isinstance(pattern, str):
        times = text.count(pattern) if pattern else 0
    else:
        times = sum(1 for _ in pattern.finditer(text)) if len(replacement) * len(text) > MOST_LETTERS else 0
    return len(text) + times * len(replacement)


def _joined(texts: Any, separator: Any = None) -> int:
    each = texts if isinstance(texts, list) else []
    between = len(separator) if isinstance(separator, str) else 0
    return sum(len(text) + between for text in each if isinstance(text, str))
