"""Points of time as the States Language writes them: RFC 3339 with a capital T and a zone."""

import re
from datetime import UTC, datetime

RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")


def moment(text: object) -> datetime | None:
    """None for what is no timestamp."""
    if not isinstance(text, str) or not RFC3339.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def written(seconds: float) -> str:
    """Seconds since 1970 as the context object has them: `2026-01-31T12:00:00.123Z`."""
    when = datetime.fromtimestamp(seconds, UTC)
    return f"{when:%Y-%m-%dT%H:%M:%S}.{when.microsecond // 1000:03d}Z"
