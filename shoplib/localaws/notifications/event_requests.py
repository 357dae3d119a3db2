"""What EventBridge refuses and answers otherwise than moto: values against AWS's model, PutEvents, buses' policies."""

import json
import uuid
from collections.abc import Mapping
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.events.models import EventBus, EventsBackend
from moto.events.responses import EventsHandler

from shoplib.localaws.arns import Arn, is_arn
from shoplib.localaws.json_text import object_in
from shoplib.localaws.model_constraints import breaches
from shoplib.localaws.moto_patches import Method, before, replace_methods, wrap
from shoplib.localaws.notifications import http_targets

MOST_ENTRIES = 10
MOST_BYTES = 256 * 1024  # of all entries of a request together
MOST_TARGETS = 5
# Parameters that fit targets of these services alone; SqsParameters are taken for any.
OF_SERVICES = {
    "EcsParameters": ("ecs",),
    "KinesisParameters": ("kinesis",),
    "BatchParameters": ("batch",),
    "HttpParameters": ("events", "execute-api"),
    "RedshiftDataParameters": ("redshift", "redshift-serverless"),
    "RunCommandParameters": ("ssm",),
    "SageMakerPipelineParameters": ("sagemaker",),
    "AppSyncParameters": ("appsync",),
}
# The order in which AWS writes an entry that it refuses.
ENTRY = ("Time", "Source", "Resources", "DetailType", "Detail", "EventBusName", "TraceHeader")
INTERNAL = ("kmsKeyIdentifier", "internalMetadata")
_original_put_permission = EventsBackend.put_permission
_original_start_replay = EventsBackend.start_replay


def install() -> None:
    """Idempotent."""
    before(EventsHandler, "call_action", _check_call)
    wrap(EventsHandler, "list_event_buses", _with_times)
    for name in ("enable_rule", "disable_rule"):
        before(EventsBackend, name, _describe_rule)
    replace_methods(EventsHandler, put_events=_put_events)
    replace_methods(
        EventsBackend,
        describe_rule=_describe_rule,
        put_permission=_put_permission,
        remove_permission=_remove_permission,
        start_replay=_start_replay,
    )


def check_number_of_targets(rule: Any, targets: list[dict[str, Any]]) -> None:
    own = [each["Id"] for each in targets]
    if len({*own, *(each["Id"] for each in rule.targets)}) > MOST_TARGETS:
        raise JsonRESTError("LimitExceededException", "The requested resource exceeds the maximum number allowed.")
    if twice := next((each for each in own if own.count(each) > 1), None):
        _require(f"Parameter targets is not valid. Reason: More than one target with Id '{twice}' is provided.")


def check_target(target: Mapping[str, Any], region: str) -> None:
    """What fits no target of its kind, and queues that take no letters."""
    service = Arn.parse(target["Arn"]).service
    if others := [name for name, services in OF_SERVICES.items() if name in target and service not in services]:
        _require(f"Parameter(s) {', '.join(others)} not supported for target: {target['Id']}")
    _require(http_targets.check(target["Arn"], target.get("HttpParameters")))
    queue = (target.get("DeadLetterConfig") or {}).get("Arn", "")
    if is_arn(queue):
        _check_dead_letters(Arn.parse(queue), region)


def _check_dead_letters(queue: Arn, region: str) -> None:
    if queue.service != "sqs":
        _require(f"{queue.service} is not supported as a dead letter resource")
    if queue.resource.endswith(".fifo"):
        _require("SQS FIFO is not supported by Dead Letter Queues")
    if queue.region != region:
        _require(f"A dead letter queue is in the Region of its rule, {region}, and not in {queue.region}")


def _check_call(self: Any) -> None:
    operation, parameters = self._get_action(), object_in(self.body)
    if operation != "PutEvents" or not parameters.get("Entries"):
        _require(breaches("events", operation, parameters))


def _require(objection: str) -> None:
    if objection:
        raise JsonRESTError("ValidationException", objection)


def _put_events(self: Any) -> str:
    """As moto's, but events in the name of AWS's own services are not for callers, and a detail is an object."""
    entries = self._get_param("Entries")
    _check_size(entries)
    backend = self.events_backend
    settled = [_refusal(entry) or _nowhere(backend, entry) for entry in entries]
    remaining = [entry for entry, answer in zip(entries, settled, strict=True) if answer is None]
    results = iter(backend.put_events(remaining))
    answers = [answer or next(results) for answer in settled]
    return json.dumps({"FailedEntryCount": sum("ErrorCode" in each for each in answers), "Entries": answers})


def _check_size(entries: list[dict[str, Any]]) -> None:
    if len(entries) > MOST_ENTRIES:
        written = ", ".join(_written(each) for each in entries)
        _require(
            f"1 validation error detected: Value '[{written}]' at 'entries' failed to satisfy constraint: "
            f"Member must have length less than or equal to {MOST_ENTRIES}"
        )
    if sum(map(_size, entries)) > MOST_BYTES:
        _require("Total size of the entries in the request is over the limit.")


def _written(entry: Mapping[str, Any]) -> str:
    fields = [f"{name[0].lower()}{name[1:]}={entry.get(name, 'null')}" for name in ENTRY]
    return f"PutEventsRequestEntry({', '.join([*fields, *(f'{name}=null' for name in INTERNAL)])})"


def _size(entry: Mapping[str, Any]) -> int:
    """As AWS counts."""
    texts = [entry.get("Source"), entry.get("DetailType"), entry.get("Detail"), *(entry.get("Resources") or [])]
    return (14 if entry.get("Time") else 0) + sum(len(str(each or "").encode()) for each in texts)


def _refusal(entry: Mapping[str, Any]) -> dict[str, str] | None:
    if str(entry.get("Source", "")).startswith("aws."):
        return {"ErrorCode": "NotAuthorizedForSourceException", "ErrorMessage": "Not authorized for the source."}
    if entry.get("Source") and entry.get("DetailType") and not _is_object(entry.get("Detail") or "{}"):
        return {"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."}
    return None


def _nowhere(backend: EventsBackend, entry: Mapping[str, Any]) -> dict[str, str] | None:
    """AWS takes an event for a bus that is not there, and it goes nowhere. There is one account here, and an event
    comes to a bus of another region through a rule."""
    name = str(entry.get("EventBusName") or "default")
    buses = {bus.arn if is_arn(name) else bus.name for bus in list(backend.event_buses.values())}
    complete = all(entry.get(field) for field in ("Source", "DetailType", "Detail"))
    return {"EventId": str(uuid.uuid4())} if complete and name not in buses else None


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def _with_times(original: Method) -> Method:
    def list_event_buses(self: Any) -> Any:
        body, headers = original(self)
        answer = json.loads(body)
        for each in answer["EventBuses"]:
            bus = self.events_backend.event_buses[each["Name"]]
            each |= {"CreationTime": bus.creation_time, "LastModifiedTime": bus.last_modified_time}
        return json.dumps({name: value for name, value in answer.items() if value is not None}), headers

    return list_event_buses


def _describe_rule(self: EventsBackend, name: str, event_bus_arn: str | None) -> Any:
    bus = self._get_event_bus(self._normalize_event_bus_arn(event_bus_arn))
    if name not in bus.rules:
        raise JsonRESTError("ResourceNotFoundException", f"Rule {name} does not exist on EventBus {bus.name}.")
    return bus.rules[name]


def _put_permission(
    self: EventsBackend, event_bus_name: str, action: str, principal: str, statement_id: str, *rest: Any
) -> None:
    """A whole policy takes the place of the one before, and everybody is written `*`."""
    bus = self.describe_event_bus(event_bus_name)
    previous = dict(bus._statements)
    if rest[-1]:
        bus.remove_statements()
    try:
        _original_put_permission(self, event_bus_name, action, principal, statement_id, *rest)
    except Exception:
        bus._statements = previous
        raise
    if principal == "*":
        _statement(bus, statement_id).principal = "*"


def _statement(bus: EventBus, statement_id: str) -> Any:
    return bus._statements[statement_id]


def _remove_permission(
    self: EventsBackend, event_bus_name: str | None, statement_id: str, remove_all_permissions: bool
) -> None:
    bus = self.describe_event_bus(event_bus_name or "default")
    if remove_all_permissions:
        bus.remove_statements()
    elif not bus.remove_statement(statement_id):
        raise JsonRESTError("ResourceNotFoundException", "Statement with the provided id does not exist.")


def _start_replay(
    self: EventsBackend, name: str, description: str, source_arn: str, start_time: Any, end_time: Any, *rest: Any
) -> Any:
    if start_time == end_time:
        _require("Parameter EventEndTime is not valid. Reason: EventStartTime must be before EventEndTime.")
    return _original_start_replay(self, name, description, source_arn, start_time, end_time, *rest)
