"""Validates a mapping when it is created or updated, with AWS's error messages."""

from collections.abc import Mapping as MappingType
from typing import Any

from moto.awslambda.exceptions import InvalidParameterValueException
from moto.dynamodb.models import dynamodb_backends
from moto.kinesis.models import kinesis_backends
from moto.sqs.models import Queue, sqs_backends

from shoplib.localaws.arns import Arn, is_arn
from shoplib.localaws.event_patterns import InvalidPattern
from shoplib.localaws.event_sources import filters, role_rules
from shoplib.localaws.event_sources.mapping import DYNAMODB, KINESIS, SQS, service_of
from shoplib.localaws.functions import constraints
from shoplib.localaws.functions.errors import ResourceConflict
from shoplib.localaws.functions.targets import Target

STREAM_ONLY = (
    "ParallelizationFactor",
    "BisectBatchOnFunctionError",
    "MaximumRetryAttempts",
    "MaximumRecordAgeInSeconds",
    "TumblingWindowInSeconds",
)
NOTHING: tuple[Any, ...] = (None, False, 0, {}, {"OnFailure": {}})
# Services of valid OnFailure destinations for streams.
FAILURE_DESTINATIONS = ("sqs", "sns", "s3")
MAX_FILTERS = 5
LEAST_AGE_S = 60


def mapping_exists(source_arn: str, function_name: str, uuid: str) -> ResourceConflict:
    """A mapping from this source to this function already exists."""
    pair = f'arn (" {source_arn} ") and function (" {function_name} ")'
    sentence = f"An event source mapping with SQS {pair}"
    if service_of(source_arn) != SQS:
        sentence = f"The event source {pair} provided mapping"
    return ResourceConflict(f"{sentence} already exists. Please update or delete the existing mapping with UUID {uuid}")


def check(properties: MappingType[str, Any], source_arn: str, target: Target) -> None:
    """Raise AWS's error for a mapping with these (complete) properties."""
    constraints.check("CreateEventSourceMapping", {"FunctionName": target.invoked_arn, **properties})
    _check_age(properties.get("MaximumRecordAgeInSeconds"))
    _check_filters(properties)
    service = service_of(source_arn)
    if service not in (SQS, KINESIS, DYNAMODB):
        raise InvalidParameterValueException(
            f"Event source {source_arn or '(none)'}: the local AWS polls SQS, Kinesis and DynamoDB Streams; "
            f"{service or 'this source'} is not supported here."
        )
    _check_region(source_arn, target)
    if service == SQS:
        _check_queue(properties, source_arn, target)
    else:
        _check_stream(properties, source_arn)
    role_rules.check(properties, source_arn, target)


def _check_age(age: int | None) -> None:
    if age is not None and age != -1 and age < LEAST_AGE_S:
        raise _invalid("MaximumRecordAgeInSeconds", age, f"Member must be -1 or between {LEAST_AGE_S} and 604800")


def _check_region(source_arn: str, target: Target) -> None:
    if not is_arn(source_arn) or Arn.parse(source_arn).region != target.function.region:
        raise InvalidParameterValueException(
            f"Event source {source_arn} and function {target.invoked_arn} must be in the same region."
        )


def _check_filters(properties: MappingType[str, Any]) -> None:
    entries = (properties.get("FilterCriteria") or {}).get("Filters") or []
    if len(entries) > MAX_FILTERS:
        raise InvalidParameterValueException(f"{len(entries)} filters exceed the quota of {MAX_FILTERS}")
    try:
        filters.parse(properties.get("FilterCriteria"))
    except InvalidPattern as error:
        raise InvalidParameterValueException("Invalid filter pattern definition.") from error


def _check_queue(properties: MappingType[str, Any], source_arn: str, target: Target) -> None:
    queue = _queue(source_arn)
    timeout = int(target.function.timeout)
    if queue.visibility_timeout < timeout:  # type: ignore[attr-defined]
        raise InvalidParameterValueException(
            f"Queue visibility timeout: {queue.visibility_timeout} seconds "  # type: ignore[attr-defined]
            f"is less than Function timeout: {timeout} seconds"
        )
    if properties.get("StartingPosition") or properties.get("StartingPositionTimestamp"):
        raise InvalidParameterValueException("StartingPosition is not valid for SQS event sources.")
    for name in (*STREAM_ONLY, "DestinationConfig"):
        if properties.get(name) not in NOTHING:
            raise InvalidParameterValueException(f"Unsupported parameter {name} for event source type SQS")
    size, window = properties["BatchSize"], properties.get("MaximumBatchingWindowInSeconds") or 0
    if queue.fifo_queue and (size > 10 or window):
        raise InvalidParameterValueException(
            "FIFO queues take a maximum batch size of 10 and no MaximumBatchingWindowInSeconds."
        )
    if size > 10 and not window:
        raise InvalidParameterValueException(
            "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10"
        )


def _queue(source_arn: str) -> Queue:
    source = Arn.parse(source_arn)
    queue = sqs_backends[source.account_id][source.region].queues.get(source.name)
    if queue is None:
        raise InvalidParameterValueException(
            "Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. "
            "SQS Error Message: The specified queue does not exist."
        )
    return queue


def _check_stream(properties: MappingType[str, Any], source_arn: str) -> None:
    if not _stream_exists(source_arn):
        raise InvalidParameterValueException(f"Stream not found: {source_arn}")
    if not properties.get("StartingPosition"):
        raise InvalidParameterValueException(
            "1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: "
            "Member must not be null."
        )
    _check_position(properties, source_arn)
    destination = (properties.get("DestinationConfig") or {}).get("OnFailure", {}).get("Destination")
    if destination and service_of(destination) not in FAILURE_DESTINATIONS:
        raise InvalidParameterValueException(
            f"The provided destination config DestinationConfig(onFailure={destination}) is invalid."
        )
    if properties.get("ScalingConfig"):
        raise InvalidParameterValueException("Unsupported parameter ScalingConfig for a stream event source")
    if properties.get("TumblingWindowInSeconds") and properties.get("ParallelizationFactor", 1) > 1:
        raise InvalidParameterValueException("TumblingWindowInSeconds requires a ParallelizationFactor of 1.")


def _check_position(properties: MappingType[str, Any], source_arn: str) -> None:
    is_timed = properties["StartingPosition"] == "AT_TIMESTAMP"
    has_time = properties.get("StartingPositionTimestamp") is not None
    if has_time and not is_timed:
        raise InvalidParameterValueException("Timestamp only valid with StartingPosition AT_TIMESTAMP")
    if is_timed and service_of(source_arn) == DYNAMODB:
        raise InvalidParameterValueException(f"Unsupported starting position for arn type: {source_arn}")
    if is_timed and has_time and float(properties["StartingPositionTimestamp"]) < 0:
        raise InvalidParameterValueException(
            "Received Exception while reading from provided stream. class java.lang.Long can not be converted to a "
            "Timestamp"
        )
    if is_timed and not has_time:
        raise InvalidParameterValueException("StartingPosition AT_TIMESTAMP requires StartingPositionTimestamp.")


def _stream_exists(source_arn: str) -> bool:
    source = Arn.parse(source_arn)
    name = source.name.split("/")[0]
    if source.service == KINESIS:
        return name in kinesis_backends[source.account_id][source.region].streams
    table = dynamodb_backends[source.account_id][source.region].tables.get(name)
    return table is not None and table.stream_shard is not None and source_arn.endswith(str(table.latest_stream_label))


def _invalid(name: str, value: Any, constraint: str) -> InvalidParameterValueException:
    return InvalidParameterValueException(
        f"1 validation error detected: Value '{value}' at '{name[0].lower()}{name[1:]}' "
        f"failed to satisfy constraint: {constraint}"
    )
