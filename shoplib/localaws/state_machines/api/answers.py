"""What the operations of all kinds share: pages, names, tags."""

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any

from shoplib.localaws.ingress.refusals import Refusal
from shoplib.localaws.state_machines.definition.names import NOT_IN_NAMES

PAGE, LARGEST_PAGE = 100, 1000
NAME = re.compile(f"[^{NOT_IN_NAMES}]{{1,80}}")
Parameters = dict[str, Any]
Result = dict[str, Any]


def page(name: str, rows: list[Any], parameters: Parameters) -> Result:
    """The rows from nextToken on. Raises InvalidToken."""
    start = _start(parameters.get("nextToken"))
    end = start + (min(parameters.get("maxResults") or PAGE, LARGEST_PAGE))
    more = {"nextToken": base64.b64encode(str(end).encode()).decode()} if end < len(rows) else {}
    return {name: rows[start:end], **more}


def _start(token: str | None) -> int:
    if not token:
        return 0
    try:
        return int(base64.b64decode(token, validate=True))
    except (binascii.Error, ValueError):
        raise Refusal("InvalidToken", "Invalid Token: 'Invalid token'") from None


def require_name(name: str) -> str:
    if not NAME.fullmatch(name):
        raise Refusal("InvalidName", f"Invalid Name: '{name}'")
    return name


def tags_of(parameters: Parameters) -> dict[str, str]:
    return {tag["key"]: tag.get("value", "") for tag in parameters.get("tags") or []}


def without_nulls(values: Mapping[str, Any]) -> Result:
    """The values that are there."""
    return {name: value for name, value in values.items() if value is not None}
