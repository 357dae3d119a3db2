"""Archives of an event bus, and their replays.

moto keeps archived events behind a target that only its own delivery understands, replays all of them whatever the
times that were asked for, and leaves the archive's rule at the pattern of its creation.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from moto.core.utils import unix_time
from moto.events.models import EventsBackend, Replay, ReplayState, events_backends

from shoplib.localaws.moto_patches import replace_methods

Event = dict[str, Any]
Offer = Callable[[Any, Event], None]
# An event of a replay is not archived again.
FIRST_TIME = {"replay-name": [{"exists": False}]}


def install(offer: Offer) -> None:
    """`offer(rule, event)` gives an event to a rule. Idempotent; the last one installed wins."""

    def replay_events(replay: Any, archive: Any) -> None:
        _replay(replay, archive, offer)

    replace_methods(Replay, replay_events=replay_events)


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
    replay.state, replay.end_time = ReplayState.COMPLETED, unix_time()


def _seconds(moment: Any) -> float:
    """Since 1970, of a number or of a time as AWS writes it."""
    if isinstance(moment, int | float):
        return float(moment)
    return datetime.fromisoformat(str(moment).replace("Z", "+00:00")).astimezone(UTC).timestamp()
