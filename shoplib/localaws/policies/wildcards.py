"""Wildcards in policies: `*` matches any characters (slashes and colons too), `?` any one character."""

import re
from functools import lru_cache
from typing import Any

from shoplib.localaws.client_expressions import with_wildcards


def fits(pattern: str, text: str) -> bool:
    return pattern == text or _pattern(pattern).fullmatch(text) is not None


def arn_fits(pattern: str, arn: str) -> bool:
    """Compares ARNs part by part: a wildcard does not match a colon before the resource part."""
    parts, actual = pattern.split(":", 5), arn.split(":", 5)
    return pattern == "*" or (len(parts) == len(actual) and all(map(fits, parts, actual)))


def listed(value: Any) -> list[Any]:
    """A policy element as a list: it may be one value or a list of values."""
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


@lru_cache(maxsize=4096)
def _pattern(wildcards: str) -> re.Pattern[str]:
    return with_wildcards({"*": "*", "?": "."}.get(letter, re.escape(letter)) for letter in wildcards)
