"""State and event cannot part: an item carries the events of its change, and the stream of its table delivers them.

Whoever changes an item writes the events into the same write. A function behind the table's stream puts them on the
stream of events, again until they are there. Events keep their ids, so a repetition changes nothing.
"""

from collections.abc import Callable, Iterable
from typing import Any

from shoplib.core import events, numbers, telemetry

# Of an item; the filters of the templates' event sources know it by this name.
ATTRIBUTE = "outbox"

Image = dict[str, Any]


def attribute(published: Iterable[events.Event]) -> dict[str, str]:
    """The attribute that makes an item carry `published`; nothing for no events."""
    texts = [events.encode(event).decode() for event in published]
    return {ATTRIBUTE: f"[{','.join(texts)}]"} if texts else {}


def carried(image: Image) -> list[events.Event]:
    """The events that an item carries, from its image in DynamoDB's JSON."""
    return numbers.read(image[ATTRIBUTE]["S"]) if ATTRIBUTE in image else []


def relay(
    batch: dict[str, Any],
    events_of: Callable[[Image], list[events.Event]],
    publish: Callable[[list[events.Event]], None],
) -> None:
    """Publishes the events of the new images of a table's stream. It raises when that fails: the batch comes again."""
    images = [record["dynamodb"].get("NewImage", {}) for record in batch["Records"]]
    published = [event for image in images for event in events_of(image)]
    publish(published)
    telemetry.count("EventsPublished", len(published))
