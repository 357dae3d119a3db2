"""What AWS says of an expression that threw: the code and the words of the reference implementation of JSONata."""

import json
import re
from typing import Any

PLACE = re.compile(r"\{\{(\{?)\w+\}?\}\}")
BOUNDS = ("D1011", "D1012")  # of depth and time, for which AWS has no code


def reason(error: Exception) -> str:
    """With the sign before it: a coded message is a sentence of its own."""
    from jsonata.jexception import JException

    if isinstance(error, ZeroDivisionError):
        return ". D1001: Number out of range: Infinity"
    if isinstance(error, RecursionError):
        return ": the expression is nested too deeply"
    if not isinstance(error, JException) or error.error not in JException.error_codes:
        return f": {error}" if str(error) else f": {type(error).__name__}"
    text = _render(JException.error_codes[error.error], [error.current, error.expected, error.extra])
    return f": {text}" if error.error in BOUNDS else f". {error.error}: {text}"


def _render(template: str, values: list[Any]) -> str:
    """A value in two braces is written as JSON, in three as it is. The library has `Object` for `function`."""
    following = iter(values)

    def text_of(place: re.Match[str]) -> str:
        value = next(following, None)
        return str(value) if place[1] else json.dumps(value, ensure_ascii=False, default=str)

    return PLACE.sub(text_of, template.replace("Object", "function"))
