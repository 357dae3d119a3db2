"""EventBridge's lists: pages, filters, and the tags of a rule or a bus.

moto 5.2.5 begins a rule's targets again and again where two of them have one ARN, knows neither pages nor filters of
archives, replays, connections and API destinations, and finds a resource's tags by the last word of its ARN: a rule's
under its namesake on another bus.
"""

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.events.models import EventsBackend
from moto.events.responses import EventsHandler

from shoplib.localaws.moto_patches import Method, replace_methods, wrap

LONGEST_PAGE = 100
NOT_FOUND = "ResourceNotFoundException"
LISTS = {
    "list_archives": "Archives",
    "list_replays": "Replays",
    "list_connections": "Connections",
    "list_api_destinations": "ApiDestinations",
}
FILTERS: Mapping[str, Callable[[Mapping[str, Any], str], bool]] = {
    "NamePrefix": lambda item, value: str(item.get("Name", value)).startswith(value),
    "ConnectionArn": lambda item, value: item.get("ConnectionArn") == value,
    "ConnectionState": lambda item, value: item.get("ConnectionState") == value,
}


def install() -> None:
    """Idempotent."""
    for name, items in LISTS.items():
        wrap(EventsHandler, name, _in_pages(items))
    replace_methods(
        EventsBackend,
        list_targets_by_rule=_list_targets,
        list_tags_for_resource=_list_tags,
        tag_resource=_tag,
        untag_resource=_untag,
    )


def _in_pages(items: str) -> Callable[[Method], Method]:
    def paged(original: Method) -> Method:
        def list_them(self: Any) -> Any:
            _require_source(self)
            body, headers = original(self)
            chosen = [each for each in json.loads(body)[items] if all(_holds(self, each))]
            page, token = _page(chosen, self._get_param("Limit"), self._get_param("NextToken"))
            return json.dumps({items: page, **({"NextToken": token} if token else {})}), headers

        return list_them

    return paged


def _require_source(self: Any) -> None:
    source = self._get_param("EventSourceArn") or ""
    if ":event-bus/" in source:
        _bus(self.events_backend, source.rpartition("/")[2])


def _holds(self: Any, item: Mapping[str, Any]) -> Iterator[bool]:
    for name, holds in FILTERS.items():
        if value := self._get_param(name):
            yield holds(item, value)


def _page(items: list[Any], limit: Any, token: str | None) -> tuple[list[Any], str | None]:
    """Those after the token, and the token of those that follow."""
    start = _position(token)
    end = start + int(limit or LONGEST_PAGE)
    return items[start:end], base64.b64encode(f"after:{end}".encode()).decode() if end < len(items) else None


def _position(token: str | None) -> int:
    try:
        return int(base64.b64decode(token, validate=True).decode().removeprefix("after:")) if token else 0
    except ValueError:
        raise JsonRESTError("ValidationException", "Parameter NextToken is not valid.") from None


def _list_targets(
    self: EventsBackend,
    rule_id: str,
    event_bus_arn: str | None,
    next_token: str | None = None,
    limit: int | None = None,
) -> tuple[list[Any], str | None]:
    bus = self._get_event_bus(self._normalize_event_bus_arn(event_bus_arn))
    return _page(_rule(bus, rule_id).targets, limit, next_token)


def _list_tags(self: EventsBackend, arn: str) -> Any:
    return self.tagger.list_tags_for_resource(_resource(self, arn).arn)


def _tag(self: EventsBackend, arn: str, tags: dict[str, str]) -> None:
    self.tagger.tag_resource(_resource(self, arn).arn, self.tagger.convert_dict_to_tags_input(tags))


def _untag(self: EventsBackend, arn: str, tag_keys: list[str]) -> None:
    self.tagger.untag_resource_using_names(_resource(self, arn).arn, tag_keys)


def _resource(self: EventsBackend, arn: str) -> Any:
    """The rule or bus with this ARN."""
    kind, _, place = arn.rpartition(":")[2].partition("/")
    if kind == "event-bus":
        return _bus(self, place)
    bus, _, name = place.rpartition("/")
    return _rule(_bus(self, bus or "default"), name)


def _bus(self: EventsBackend, name: str) -> Any:
    if name not in self.event_buses:
        raise JsonRESTError(NOT_FOUND, f"Event bus {name} does not exist.")
    return self.event_buses[name]


def _rule(bus: Any, name: str) -> Any:
    if name not in bus.rules:
        raise JsonRESTError(NOT_FOUND, f"Rule {name} does not exist on EventBus {bus.name}.")
    return bus.rules[name]
