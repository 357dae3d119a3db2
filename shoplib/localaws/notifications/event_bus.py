"""EventBridge's rules: which events they want, and their targets getting them after the producer was answered.

moto 5.2.5 answers PutEvents with a 500 when a rule's target is a function, a topic or a stream, calls targets in the
producer's request, lets disabled rules and rules with a schedule alone take every event, fills templates in without
JSON's quotes, knows neither retries nor dead-letter queues, and drops an event's resources on the way to another bus.
"""

import json
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.events.exceptions import InvalidEventPatternException
from moto.events.models import EventsBackend, Rule, events_backends
from moto.events.responses import EventsHandler

from shoplib.localaws import event_patterns
from shoplib.localaws.event_patterns import Pattern
from shoplib.localaws.moto_patches import replace_methods
from shoplib.localaws.notifications import (
    archives,
    connections,
    event_listings,
    event_requests,
    figures,
    http_targets,
    inputs,
    target_permissions,
)
from shoplib.localaws.notifications.deliveries import MAXIMUM_AGE_S, RETRIES, Deliveries, Delivery
from shoplib.localaws.notifications.targets import Parcel, Targets, refusal

Event = dict[str, Any]
CALLER = "events.amazonaws.com"
_original_put_rule = EventsBackend.put_rule
_original_put_targets = EventsBackend.put_targets
_original_create_archive = EventsBackend.create_archive
_original_update_archive = EventsBackend.update_archive
LONGEST_PATTERN = 4096
NEEDED = {"id", "source", "detail-type", "account", "region", "time"}  # of an event that TestEventPattern takes


class EventBus:
    """Takes events for rules and gives them to the rules' targets."""

    def __init__(self, targets: Targets, deliveries: Deliveries) -> None:
        self._targets = targets
        self._deliveries = deliveries

    def install(self) -> None:
        """Take over moto's rules. Idempotent; the last one installed wins."""

        def send_to_targets(rule: Any, original_event: Any, transform_input: bool = True) -> None:
            self.offer(rule, original_event)

        replace_methods(Rule, send_to_targets=send_to_targets)
        replace_methods(EventsBackend, put_rule=_put_rule, put_targets=_put_targets)
        replace_methods(EventsBackend, create_archive=_create_archive, update_archive=_update_archive)
        replace_methods(EventsHandler, test_event_pattern=_test_pattern)
        event_requests.install()
        connections.install(self._authorize)
        event_listings.install()
        archives.install(self.offer)

    def put(self, account_id: str, region: str, event: Event) -> None:
        """An event of an AWS service on the account's default bus."""
        for rule in list(events_backends[account_id][region].event_buses["default"].rules.values()):
            self.offer(rule, event)

    def offer(self, rule: Any, event: Mapping[str, Any]) -> None:
        """Give the event to the rule's targets, if the rule is enabled and wants it."""
        pattern = rule.event_pattern.dump()
        if rule.state == "DISABLED" or not pattern:
            return
        readable = _readable(event)
        if event_patterns.parse(pattern).matches(event_patterns.Event(readable)):
            self.fire(rule, readable)

    def fire(self, rule: Any, event: Mapping[str, Any]) -> None:
        """Give the event to all targets of the rule."""
        figures.rule_triggered(rule)
        for target in list(rule.targets):
            if archives.is_archive(target):
                archives.keep(rule, event)
            else:
                self._deliveries.start(self._delivery(rule, target, event), _turn(target["Arn"]))

    def _authorize(self, connection: Any) -> None:
        """Once, after its creation or change was answered, as on AWS."""
        renew = partial(http_targets.renew, connection)
        self._deliveries.start(Delivery(connection.arn, lambda _: renew() and None, "", {}, retries=0))

    def _delivery(self, rule: Any, target: Mapping[str, Any], event: Mapping[str, Any]) -> Delivery:
        policy = target.get("RetryPolicy") or {}
        text = inputs.text_for(target, event, {"arn": rule.arn, "name": rule.name})
        caller = None if target.get("RoleArn") else CALLER
        parcel = Parcel(rule.arn, target["Arn"], text, target, event, caller)
        return Delivery(
            target_arn=target["Arn"],
            send=lambda _: self._targets.send(parcel),
            dead_letter_body=inputs.text_for({}, event, {}),
            dead_letter_attributes={"RULE_ARN": rule.arn},
            dead_letter_queue=(target.get("DeadLetterConfig") or {}).get("Arn"),
            require_dead_letter=lambda queue: target_permissions.require(rule.arn, queue, {}),
            retries=int(policy.get("MaximumRetryAttempts", RETRIES)),
            maximum_age_s=float(policy.get("MaximumEventAgeInSeconds", MAXIMUM_AGE_S)),
            outcome=lambda failed: figures.target_invoked(
                rule, failed, failed and bool(target.get("DeadLetterConfig"))
            ),
        )


def _turn(arn: str) -> float:
    return http_targets.turn(arn) if target_permissions.is_destination(arn) else 0.0


def service_event(source: str, detail_type: str, account_id: str, region: str, **rest: Any) -> Event:
    """An event as EventBridge writes it. `rest`: `resources`, `detail`, and `time` when it is not now."""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": detail_type,
        "source": source,
        "account": account_id,
        "time": rest.get("time") or iso_time(),
        "region": region,
        "resources": rest["resources"],
        "detail": rest["detail"],
    }


def iso_time(moment: float | None = None) -> str:
    """Seconds since 1970 (now) as AWS writes times: `2026-01-31T12:00:00Z`."""
    when = datetime.now(UTC) if moment is None else datetime.fromtimestamp(moment, UTC)
    return f"{when:%Y-%m-%dT%H:%M:%SZ}"


def _readable(event: Mapping[str, Any]) -> Event:
    """moto's event without what it adds for itself, its time as text."""
    public = {key: value for key, value in event.items() if key != "ingestion-time"}
    moment = public.get("time")
    return public if isinstance(moment, str) else {**public, "time": iso_time(moment and float(moment))}


def _put_rule(self: EventsBackend, name: str, *rest: Any, **kwargs: Any) -> Rule:
    if kwargs.get("event_pattern"):
        _pattern(kwargs["event_pattern"])
    return _original_put_rule(self, name, *rest, **kwargs)


def _create_archive(
    self: EventsBackend, name: str, source_arn: str, description: str, event_pattern: str, retention: str
) -> Any:
    if event_pattern:
        _pattern(event_pattern)
    return _original_create_archive(self, name, source_arn, description, event_pattern, retention)


def _update_archive(self: EventsBackend, name: str, description: str, event_pattern: str, retention: str) -> Any:
    if event_pattern:
        _pattern(event_pattern)
    answer = _original_update_archive(self, name, description, event_pattern, retention)
    archives.narrow(self, name, event_pattern)
    return answer


def _pattern(text: str) -> Pattern:
    if len(text) > LONGEST_PATTERN:
        raise JsonRESTError(
            "ValidationException",
            "1 validation error detected: Value at 'eventPattern' failed to satisfy constraint: "
            f"Member must have length less than or equal to {LONGEST_PATTERN}",
        )
    try:
        return event_patterns.parse(text)
    except event_patterns.InvalidPattern as error:
        raise InvalidEventPatternException(event_patterns.explained(text, error)) from error


def _test_pattern(self: Any) -> str:
    """TestEventPattern, which moto answers with nothing."""
    pattern, event = _pattern(self._get_param("EventPattern")), _event(self._get_param("Event"))
    return json.dumps({"Result": pattern.matches(event_patterns.Event(event))})


def _event(text: str) -> dict[str, Any]:
    try:
        event = json.loads(text)
    except ValueError:
        event = None
    if not isinstance(event, dict) or not event.keys() >= NEEDED:
        raise JsonRESTError("ValidationException", "Parameter Event is not valid.")
    return event


def _put_targets(self: EventsBackend, name: str, event_bus_arn: str | None, targets: list[dict[str, Any]]) -> None:
    for target in targets:
        reason = refusal(target["Arn"])
        if reason:
            raise JsonRESTError("ValidationException", f"Parameter {target['Arn']} is not valid. Reason: {reason}")
        if target_permissions.needs_role(target["Arn"]) and not target.get("RoleArn"):
            raise JsonRESTError("ValidationException", f"RoleArn is required for target {target['Arn']}.")
        event_requests.check_target(target, self.region_name)
        try:
            inputs.check(target)
        except inputs.InvalidPath as error:
            raise JsonRESTError(
                "ValidationException", f"Invalid InputPath for target {target['Id']}: {error}."
            ) from error
        except inputs.InvalidInput as error:
            raise JsonRESTError("ValidationException", str(error)) from error
    event_requests.check_number_of_targets(self.describe_rule(name, event_bus_arn), targets)
    _original_put_targets(self, name, event_bus_arn, targets)
