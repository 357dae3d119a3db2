"""What HttpParameters say of a request: any of their values, but for names, may be a path into the event."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

from shoplib.localaws.json_text import compact
from shoplib.localaws.notifications.deliveries import Undeliverable
from shoplib.localaws.notifications.inputs import at_path, is_path

DOTS = (".", "..")  # the client library would leave a path's folder there


@dataclass(frozen=True)
class HttpParameters:
    """With each value as the request has it."""

    path: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)

    def address(self, url: str) -> str:
        """The URL with each `*` of its path filled in, in order, and with the query. Raises Undeliverable."""
        parts = urlsplit(url)
        path = _filled(parts.path, self.path)
        query = "&".join(filter(None, (parts.query, urlencode(self.query, quote_via=quote))))
        return urlunsplit((parts.scheme, parts.netloc, path, query, ""))


def of_event(parameters: Mapping[str, Any] | None, value: Callable[[str], str]) -> HttpParameters:
    """`value` finds what a path means."""
    parts = parameters or {}

    def value_of(text: str) -> str:
        return value(text) if is_path(text) else text

    return HttpParameters(
        tuple(value_of(each) for each in parts.get("PathParameterValues") or ()),
        {name: value_of(each) for name, each in (parts.get("HeaderParameters") or {}).items()},
        {name: value_of(each) for name, each in (parts.get("QueryStringParameters") or {}).items()},
    )


def text_at(event: Any, path: str) -> str:
    """As an input transformer writes it within quotes: nothing where there is nothing."""
    value = at_path(event, path)
    return "" if value is None else value if isinstance(value, str) else compact(value)


def _filled(path: str, values: tuple[str, ...]) -> str:
    pieces, waiting = path.split("*"), list(values)
    filled = pieces[0]
    for piece in pieces[1:]:
        filled += (quote(waiting.pop(0), safe="") if waiting else "*") + piece
    if values and any(segment in DOTS for segment in filled.split("/")):
        raise Undeliverable("INVALID_PARAMETER", "a value of PathParameterValues leads to another path")
    return filled
