"""How old an eventually consistent read may be: `--eventual 200ms` of `serve` and `up`, a variable of their process."""

import os
import re

NAME = "SHOPLIB_EVENTUAL"
NEVER = "0ms"
DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s)")


def setting() -> str:
    return os.environ.get(NAME, NEVER)


def seconds(text: str | None = None) -> float:
    """ValueError for what is no duration."""
    match = DURATION.fullmatch(setting() if text is None else text)
    if match is None:
        raise ValueError("for example 200ms or 1.5s")
    return float(match[1]) * (0.001 if match[2] == "ms" else 1.0)
