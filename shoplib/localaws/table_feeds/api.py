"""The four API operations, as methods of moto's DynamoDB response class."""

from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult
from moto.dynamodb.exceptions import MockValidationException, ResourceNotFoundException
from moto.dynamodb.responses import DynamoHandler
from moto.kinesis.models import kinesis_backends

from shoplib.localaws.arns import Arn, is_arn
from shoplib.localaws.table_feeds.feed import MICROSECOND, MILLISECOND, Destination, destinations_of, feed_of

MOST_DESTINATIONS = 2


def enable_kinesis_streaming_destination(handler: DynamoHandler) -> ActionResult:
    table, stream_arn = _table(handler), handler.body["StreamArn"]
    _require_stream(stream_arn)
    settings = handler.body.get("EnableKinesisStreamingConfiguration") or {}
    known = destinations_of(table)
    if stream_arn in known and known[stream_arn].active:
        raise _not_in_state("enable", "DISABLED or ENABLE_FAILED to perform ENABLE")
    if sum(each.active for each in known.values()) >= MOST_DESTINATIONS:
        raise MockValidationException(f"Table {table.name} already has {MOST_DESTINATIONS} streaming destinations")
    destination = Destination(stream_arn, _precision(settings))
    feed_of(table).destinations[stream_arn] = destination
    return _answer(table, destination, "ENABLING", EnableKinesisStreamingConfiguration=settings)


def update_kinesis_streaming_destination(handler: DynamoHandler) -> ActionResult:
    table = _table(handler)
    destination = _active(table, handler.body["StreamArn"], "update")
    settings = handler.body.get("UpdateKinesisStreamingConfiguration") or {}
    destination.precision = _precision(settings)
    return _answer(table, destination, "UPDATING", UpdateKinesisStreamingConfiguration=settings)


def disable_kinesis_streaming_destination(handler: DynamoHandler) -> ActionResult:
    table = _table(handler)
    destination = _active(table, handler.body["StreamArn"], "disable")
    destination.active = False
    return _answer(table, destination, "DISABLING")


def describe_kinesis_streaming_destination(handler: DynamoHandler) -> ActionResult:
    table = _table(handler)
    described = [
        {
            "StreamArn": each.stream_arn,
            "DestinationStatus": "ACTIVE" if each.active else "DISABLED",
            **({"ApproximateCreationDateTimePrecision": each.precision} if each.precision else {}),
        }
        for each in destinations_of(table).values()
    ]
    return ActionResult({"TableName": table.name, "KinesisDataStreamDestinations": described})


METHODS: dict[str, Callable[[DynamoHandler], ActionResult]] = {
    method.__name__: method
    for method in (
        enable_kinesis_streaming_destination,
        update_kinesis_streaming_destination,
        disable_kinesis_streaming_destination,
        describe_kinesis_streaming_destination,
    )
}


def _table(handler: DynamoHandler) -> Any:
    """`TableName` may be an ARN."""
    name = handler.body["TableName"].rpartition("/")[2]
    table = handler.dynamodb_backend.tables.get(name)
    if table is None:
        raise ResourceNotFoundException(table_name=name)
    return table


def _require_stream(stream_arn: str) -> None:
    if not is_arn(stream_arn) or Arn.parse(stream_arn).service != "kinesis":
        raise MockValidationException(f"{stream_arn} is not the ARN of a Kinesis data stream")
    stream = Arn.parse(stream_arn)
    if stream.name not in kinesis_backends[stream.account_id][stream.region].streams:
        raise ResourceNotFoundException(f"Requested resource not found: stream {stream_arn} not found")


def _active(table: Any, stream_arn: str, action: str) -> Destination:
    destination = destinations_of(table).get(stream_arn)
    if destination is None or not destination.active:
        raise _not_in_state(action, f"ACTIVE to perform {action.upper()}")
    return destination


def _precision(settings: dict[str, Any]) -> str | None:
    precision: str | None = settings.get("ApproximateCreationDateTimePrecision")
    if precision not in (None, MILLISECOND, MICROSECOND):
        raise MockValidationException(
            f"1 validation error detected: Value '{precision}' at 'approximateCreationDateTimePrecision' failed to "
            f"satisfy constraint: Member must satisfy enum value set: [{MICROSECOND}, {MILLISECOND}]"
        )
    return precision


def _not_in_state(action: str, required: str) -> MockValidationException:
    call = f"{action.capitalize()}KinesisStreamingDestination"
    return MockValidationException(
        f"Table is not in a valid state to {action} Kinesis Streaming Destination: {call} must be {required} operation."
    )


def _answer(table: Any, destination: Destination, status: str, **settings: Any) -> ActionResult:
    described = {"TableName": table.name, "StreamArn": destination.stream_arn, "DestinationStatus": status}
    return ActionResult(described | {name: value for name, value in settings.items() if value})
