"""The status that a MOCK integration's request template gives."""

import json
import re

# AWS reads more than JSON here: CDK's preflight methods have `{ statusCode: 204 }`.
OBJECT = re.compile(r"\s*\{(.*)\}\s*", re.DOTALL)
STATUS = re.compile(r"""(?:^|,)\s*(["']?)statusCode\1\s*:\s*(-?\d+)\s*(?:,|$)""")


def mocked_status(text: str) -> int | None:
    """The `statusCode` of an object, a whole number; None if there is none."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return _read_loosely(text)
    status = content.get("statusCode") if isinstance(content, dict) else None
    return status if type(status) is int else None


def _read_loosely(text: str) -> int | None:
    inner = OBJECT.fullmatch(text)
    status = STATUS.search(inner[1]) if inner else None
    return int(status[2]) if status else None
