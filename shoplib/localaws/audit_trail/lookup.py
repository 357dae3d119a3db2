"""LookupEvents: one attribute, a time range, pages."""

from collections.abc import Callable
from typing import Any

from shoplib.localaws.audit_trail.store import Event, Events
from shoplib.localaws.ingress.refusals import Refusal

Parameters = dict[str, Any]
MOST = 50
ATTRIBUTES: dict[str, Callable[[Event], list[str]]] = {
    "EventId": lambda event: [event.id],
    "EventName": lambda event: [event.name],
    "EventSource": lambda event: [event.source],
    "Username": lambda event: [event.user],
    "AccessKeyId": lambda event: [event.access_key],
    "ReadOnly": lambda event: [str(event.read_only).lower()],
    "ResourceName": lambda event: [each["ResourceName"] for each in event.resources],
    "ResourceType": lambda event: [each["ResourceType"] for each in event.resources],
}


def lookup(events: Events, parameters: Parameters) -> dict[str, Any]:
    most = parameters.get("MaxResults", MOST)
    if not 1 <= most <= MOST:
        raise Refusal("InvalidMaxResultsException", f"MaxResults must be between 1 and {MOST}.")
    if parameters.get("EventCategory"):
        return {"Events": []}  # insights are events of unusual activity, which this engine does not detect
    fits = _fits(parameters)
    rows = [event for event in events.newest_first() if fits(event)]
    start = _start(parameters.get("NextToken"), rows)
    page = rows[start : start + most]
    token = {"NextToken": page[-1].id} if start + most < len(rows) else {}
    return {"Events": [event.row() for event in page], **token}


def _fits(parameters: Parameters) -> Callable[[Event], bool]:
    start, end = parameters.get("StartTime"), parameters.get("EndTime")
    if start and end and start > end:
        raise Refusal("InvalidTimeRangeException", "StartTime must not be later than EndTime.")
    first = start.timestamp() if start else float("-inf")
    last = end.timestamp() if end else float("inf")
    has = _attribute(parameters.get("LookupAttributes") or [])
    return lambda event: first <= event.at <= last and has(event)


def _attribute(attributes: list[dict[str, str]]) -> Callable[[Event], bool]:
    if len(attributes) > 1:
        raise Refusal("InvalidLookupAttributesException", "You can specify only one lookup attribute.")
    if not attributes:
        return lambda event: True
    key, value = attributes[0]["AttributeKey"], attributes[0]["AttributeValue"]
    if key not in ATTRIBUTES:
        raise Refusal("InvalidLookupAttributesException", f"{key} is not a valid lookup attribute.")
    return lambda event: value in ATTRIBUTES[key](event)


def _start(token: str | None, rows: list[Event]) -> int:
    """After the last event of the previous page, even if newer events have arrived."""
    if not token:
        return 0
    places = [number for number, event in enumerate(rows) if event.id == token]
    if not places:
        raise Refusal("InvalidNextTokenException", "The token is invalid.")
    return places[0] + 1
