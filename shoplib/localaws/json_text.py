"""JSON in requests and messages, as AWS's services read and write it."""

import json
from typing import Any


def compact(value: Any) -> str:
    """Without spaces, other alphabets as they are."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def object_in(body: str | bytes | None) -> dict[str, Any]:
    """The object that a request's body is; an empty one for any other body, which is for others to refuse."""
    try:
        content = json.loads(body or b"{}")
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}
