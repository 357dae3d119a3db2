"""The kinds of targets that EventBridge rules and schedules can have here, and how each gets its text."""

import base64
import json
import time
import uuid
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from moto.awslambda.exceptions import LambdaClientError
from moto.events.models import events_backends
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

from shoplib.localaws import clients, request_context
from shoplib.localaws.arns import Arn, is_arn
from shoplib.localaws.functions import LambdaService
from shoplib.localaws.functions.permissions import may_invoke
from shoplib.localaws.notifications import http_targets, target_permissions
from shoplib.localaws.notifications.deliveries import Undeliverable
from shoplib.localaws.notifications.inputs import at_path
from shoplib.localaws.notifications.target_permissions import is_destination

OF_SCHEDULES = ("lambda", "sqs", "sns", "kinesis", "firehose", "events", "states")
SERVICES = (*OF_SCHEDULES, "logs", "execute-api")
SUPPORTED = (
    "the local AWS delivers to Lambda functions, SQS queues, SNS topics, Kinesis streams, Firehose streams, state "
    "machines and event buses, and from rules to log groups, REST APIs and API destinations"
)


@dataclass(frozen=True)
class Parcel:
    """What one target gets of the rule or schedule `source`. `parameters` is the target as it was put, with its
    SqsParameters and the like."""

    source: str
    arn: str
    text: str
    parameters: Mapping[str, Any]
    event: Mapping[str, Any]
    # The service that a function's policy must allow; None when a role was given instead.
    caller: str | None = None


def refusal(arn: str, services: Collection[str] = SERVICES) -> str | None:
    """Why `arn` cannot be a target here, of a rule or of whoever reaches these services; None when it can."""
    known = is_arn(arn) and Arn.parse(arn).service in services
    if "execute-api" in services and (known and Arn.parse(arn).service == "execute-api" or is_destination(arn)):
        return http_targets.objection(arn)
    if known and Arn.parse(arn).service == "events" and not Arn.parse(arn).resource.startswith("event-bus/"):
        known = arn.endswith(":::")  # the target of an archive's own rule
    if known and Arn.parse(arn).service == "states":
        known = Arn.parse(arn).resource.startswith("stateMachine:")
    return None if known else f"{SUPPORTED}; deploy to AWS for targets of other kinds."


class Targets:
    """Gives parcels to targets. Raises Undeliverable when no later attempt can succeed, else what the target raises."""

    def __init__(self, lambdas: LambdaService) -> None:
        self._lambdas = lambdas
        self._ways: dict[str, Callable[[Parcel], None]] = {
            "lambda": self._to_function,
            "sqs": _to_queue,
            "sns": _to_topic,
            "kinesis": _to_stream,
            "firehose": _to_firehose,
            "logs": _to_log_group,
            "events": _to_bus,
            "states": _to_state_machine,
            "execute-api": _over_http,
        }

    def send(self, parcel: Parcel) -> None:
        way = _over_http if is_destination(parcel.arn) else self._ways[Arn.parse(parcel.arn).service]
        way(parcel)

    def _to_function(self, parcel: Parcel) -> None:
        region, account_id = _place(parcel.arn)
        try:
            json.loads(parcel.text)
        except ValueError as error:
            raise Undeliverable("INVALID_JSON", f"a function's event must be JSON: {error}") from error
        try:
            if parcel.caller and not may_invoke(parcel.arn, parcel.caller, parcel.source):
                raise Undeliverable(
                    "NO_PERMISSIONS",
                    f"the policy of {parcel.arn} does not let {parcel.caller} invoke it from {parcel.source}",
                )
            _require_permission(parcel)
            with request_context.on_behalf_of(parcel.source):
                self._lambdas.invoke_async(parcel.arn, parcel.text.encode(), region=region, account_id=account_id)
        except LambdaClientError as error:
            raise Undeliverable("NO_RESOURCE", str(error.message)) from error


def _require_permission(parcel: Parcel) -> None:
    target_permissions.require(parcel.source, parcel.arn, parcel.parameters)


def _to_queue(parcel: Parcel) -> None:
    backend = _backend(sqs_backends, parcel.arn)
    name = Arn.parse(parcel.arn).resource
    if name not in backend.queues:
        raise Undeliverable("NO_RESOURCE", f"the queue {parcel.arn} does not exist")
    _require_permission(parcel)
    group = (parcel.parameters.get("SqsParameters") or {}).get("MessageGroupId")
    backend.send_message(name, parcel.text, group_id=group)


def _to_topic(parcel: Parcel) -> None:
    backend = _backend(sns_backends, parcel.arn)
    if parcel.arn not in backend.topics:
        raise Undeliverable("NO_RESOURCE", f"the topic {parcel.arn} does not exist")
    _require_permission(parcel)
    backend.publish(parcel.text, arn=parcel.arn)


def _to_stream(parcel: Parcel) -> None:
    from moto.kinesis.models import kinesis_backends

    backend = _backend(kinesis_backends, parcel.arn)
    name = parcel.arn.split("stream/")[-1]
    if name not in backend.streams:
        raise Undeliverable("NO_RESOURCE", f"the stream {parcel.arn} does not exist")
    _require_permission(parcel)
    parameters = parcel.parameters.get("KinesisParameters") or {}
    path = parameters.get("PartitionKeyPath")
    key = at_path(parcel.event, path) if path else parameters.get("PartitionKey") or parcel.event.get("id")
    data = base64.b64encode(parcel.text.encode()).decode()
    backend.put_record(parcel.arn, name, str(key or uuid.uuid4())[:256], None, data)


def _to_firehose(parcel: Parcel) -> None:
    from moto.firehose.models import firehose_backends

    backend = _backend(firehose_backends, parcel.arn)
    name = parcel.arn.split("deliverystream/")[-1]
    if name not in backend.delivery_streams:
        raise Undeliverable("NO_RESOURCE", f"the delivery stream {parcel.arn} does not exist")
    _require_permission(parcel)
    data: Any = base64.b64encode(parcel.text.encode()).decode()
    backend.put_record(name, {"Data": data})


def _to_log_group(parcel: Parcel) -> None:
    from moto.logs.models import logs_backends

    backend = _backend(logs_backends, parcel.arn)
    group, stream = parcel.arn.split("log-group:")[-1].removesuffix(":*"), str(uuid.uuid4())
    if group not in backend.groups:
        raise Undeliverable("NO_RESOURCE", f"the log group {parcel.arn} does not exist")
    _require_permission(parcel)
    backend.create_log_stream(group, stream)
    backend.put_log_events(group, stream, [{"timestamp": int(time.time() * 1000), "message": parcel.text}])


def _to_bus(parcel: Parcel) -> None:
    """A rule hands on the event as it came: of the account, the region and the time where it began."""
    backend = _backend(events_backends, parcel.arn)
    name = parcel.arn.split("event-bus/")[-1]
    if name not in backend.event_buses:
        raise Undeliverable("NO_RESOURCE", f"the event bus {parcel.arn} does not exist")
    _require_permission(parcel)
    settings = parcel.parameters.get("EventBridgeParameters")
    if settings:
        entry = {"Source": settings["Source"], "DetailType": settings["DetailType"], "Detail": parcel.text}
        backend.put_events([{**entry, "EventBusName": name}])
        return
    for rule in list(backend.event_buses[name].rules.values()):
        rule.send_to_targets(parcel.event)


def _over_http(parcel: Parcel) -> None:
    _require_permission(parcel)
    settings = parcel.parameters.get("HttpParameters")
    parameters = http_targets.of_event(settings, lambda path: http_targets.text_at(parcel.event, path))
    http_targets.invoke(parcel.source, parcel.arn, parameters, parcel.text, parcel.parameters.get("RoleArn") or "")


def _to_state_machine(parcel: Parcel) -> None:
    """The text is the execution's input."""
    region, account_id = _place(parcel.arn)
    client = clients.client("stepfunctions", account_id, region)
    _require_permission(parcel)
    try:
        with request_context.on_behalf_of(parcel.source):
            client.start_execution(stateMachineArn=parcel.arn, input=parcel.text)
    except client.exceptions.StateMachineDoesNotExist as error:
        raise Undeliverable("NO_RESOURCE", f"the state machine {parcel.arn} does not exist") from error
    except client.exceptions.InvalidExecutionInput as error:
        raise Undeliverable("INVALID_JSON", f"the input of an execution must be JSON: {error}") from error


def _place(arn: str) -> tuple[str, str]:
    _, _, region, account_id, _ = Arn.parse(arn)
    return region, account_id


def _backend(backends: Any, arn: str) -> Any:
    region, account_id = _place(arn)
    return backends[account_id][region]
