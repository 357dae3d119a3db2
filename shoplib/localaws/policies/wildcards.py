"""The wildcards of policies: `*` any run of characters (slashes and colons too), `?` any one."""

import re
from functools import lru_cache
from typing import Any


def fits(pattern: str, text: str) -> bool:
    return pattern == text or _pattern(pattern).fullmatch(text) is not None


def arn_fits(pattern: str, arn: str) -> bool:
    """ARNs are compared part by part: a wildcard reaches over no colon before the resource."""
    parts, actual = pattern.split(":", 5), arn.split(":", 5)
    return pattern == "*" or (len(parts) == len(actual) and all(map(fits, parts, actual)))


def listed(value: Any) -> list[Any]:
    """A policy has one value or a list of values."""
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


@lru_cache(maxsize=4096)
def _pattern(wildcards: str) -> re.Pattern[str]:
    return re.compile("".join({"*": ".*", "?": "."}.get(c, re.escape(c)) for c in wildcards), re.DOTALL)
