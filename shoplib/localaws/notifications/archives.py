"""Archives of an event bus, and their replays.

moto keeps archived events behind a target that only its own delivery understands, replays all of them whatever the
times that were asked for, and leaves the archive's rule at the pattern of its creation.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from moto.core.utils import unix_time
from moto.events.models import Archive, EventsBackend, Replay, ReplayState, events_backends

from shoplib.localaws.moto_patches import Method, replace_methods, wrap

Event = dict[str, Any]
Offer = Callable[[Any, Event], None]
TIME_BYTES = len("2026-01-31T12:00:00Z")
# An event of a replay is not archived again.
FIRST_TIME = {"replay-name": [{"exists": False}]}


def install(offer: Offer) -> None:
    """`offer(rule, event)` gives an event to a rule. Idempotent; the last one installed wins."""

    def replay_events(replay: Any, archive: Any) -> None:
        _replay(replay, archive, offer)

    replace_methods(Replay, replay_events=replay_events)
    wrap(Replay, "describe_short", _with_last_event)
    wrap(Archive, "describe_short", _with_size)


def is_archive(target: Mapping[str, Any]) -> bool:
    return str(target["Arn"]).endswith(":::")


def keep(rule: Any, event: Mapping[str, Any]) -> None:
    """Into the archive whose rule this is."""
    for archive in list(events_backends[rule.account_id][rule.region_name].archives.values()):
        if getattr(archive, "rule", None) is rule:
            archive.events.append(dict(event))  # type: ignore[arg-type]


def narrow(backend: EventsBackend, name: str, pattern: str | None) -> None:
    """From now on the archive takes what this pattern wants."""
    archive = backend.archives.get(name)
    if archive is not None and archive.rule is not None and pattern:
        text = json.dumps({**json.loads(pattern), **FIRST_TIME})
        backend.put_rule(archive.rule.name, event_pattern=text, event_bus_arn=archive.rule.event_bus_name)


def _replay(replay: Any, archive: Any, offer: Offer) -> None:
    destination = replay.destination
    bus = events_backends[replay.account_id][replay.region].describe_event_bus(destination["Arn"].split("/")[-1])
    chosen = destination.get("FilterArns") or [rule.arn for rule in bus.rules.values()]
    rules = [rule for rule in list(bus.rules.values()) if rule.arn in chosen]
    first, last = _seconds(replay.event_start_time), _seconds(replay.event_end_time)
    for event in [each for each in list(archive.events) if first <= _seconds(each["time"]) < last]:
        for rule in rules:
            offer(rule, {**event, "replay-name": replay.name})
        replay.last_event_time = max(_seconds(event["time"]), getattr(replay, "last_event_time", 0.0))
    replay.state, replay.end_time = ReplayState.COMPLETED, unix_time()


def _with_last_event(original: Method) -> Method:
    def describe_short(replay: Any) -> Any:
        last = getattr(replay, "last_event_time", None)
        return {**original(replay), **({"EventLastReplayedTime": last} if last else {})}

    return describe_short


def _with_size(original: Method) -> Method:
    """moto tells the size of a list in memory."""

    def describe_short(archive: Any) -> Any:
        return {**original(archive), "SizeBytes": sum(map(_size, list(archive.events)))}

    return describe_short


def _size(event: Mapping[str, Any]) -> int:
    """As AWS counts: source, type, the detail as it was sent (as Python writes it, here), resources and time."""
    texts = [event["source"], event["detail-type"], json.dumps(event["detail"]), *event["resources"]]
    return TIME_BYTES + sum(len(str(each).encode()) for each in texts)


def _seconds(moment: Any) -> float:
    """Since 1970, of a number or of a time as AWS writes it."""
    if isinstance(moment, int | float):
        return float(moment)
    return datetime.fromisoformat(str(moment).replace("Z", "+00:00")).astimezone(UTC).timestamp()
