"""Which events a page may send, and in what form."""

from dataclasses import dataclass, field
from typing import Any

from shoplib.core import events

MAX_EVENTS = 500
MAX_EVENT = 32 * 1024
_FROM_PAGES = frozenset(events.NAMES) - frozenset(events.SALES) - frozenset(events.AFTER_VISITS)


@dataclass(frozen=True)
class Sorted:
    """`accepted` events, and for each other one its `index` in the request and what is wrong with it."""

    accepted: list[events.Event] = field(default_factory=list)
    rejected: list[dict[str, Any]] = field(default_factory=list)


def sort_out(sent: list[Any], user_agent: str | None) -> Sorted:
    """Sorts what a page sent. Device and user agent are filled in from the request where the page left them out."""
    result = Sorted()
    for index, event in enumerate(sent):
        complete = _complete(event, user_agent)
        if error := problem(complete):
            result.rejected.append({"index": index, "error": error})
        else:
            result.accepted.append(complete)
    return result


def problem(event: Any) -> str | None:
    """What is wrong with an event from a page. Sales are for the shop to report, and history is imported elsewhere."""
    if error := events.problem(event):
        return error
    if event["event_name"] not in _FROM_PAGES:
        return f"event_name {event['event_name']} is not for pages to send"
    if event.get("channel", "web") != "web":
        return "channel must be web"
    if len(events.encode(event)) > MAX_EVENT:
        return f"an event must not be larger than {MAX_EVENT // 1024} KiB"
    return None


def _complete(event: Any, user_agent: str | None) -> Any:
    if not isinstance(event, dict):
        return event
    agent = {"user_agent": user_agent} if user_agent else {}
    return {"device": events.device_of(user_agent), "channel": "web", **agent, **event}
