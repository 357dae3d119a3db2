"""Validates a mapping when it is created or updated, with AWS's error messages."""

from collections.abc import Mapping as MappingType
from typing import Any

from moto.awslambda.exceptions import InvalidParameterValueException, LambdaClientError
from moto.dynamodb.models import dynamodb_backends
from moto.kinesis.models import kinesis_backends
from moto.sqs.models import Queue, sqs_backends

from shoplib.localaws.arns import Arn, is_arn
from shoplib.localaws.event_patterns import InvalidPattern
from shoplib.localaws.event_sources import filters, role_rules
from shoplib.localaws.event_sources.mapping import DYNAMODB, KINESIS, SQS, service_of
from shoplib.localaws.functions.targets import Target

STREAM_ONLY = (
    "ParallelizationFactor",
    "BisectBatchOnFunctionError",
    "MaximumRetryAttempts",
    "MaximumRecordAgeInSeconds",
    "TumblingWindowInSeconds",
)
NOTHING: tuple[Any, ...] = (None, False, 0, {}, {"OnFailure": {}})
STARTING_POSITIONS = ("LATEST", "AT_TIMESTAMP", "TRIM_HORIZON")
# Services of valid OnFailure destinations for streams.
FAILURE_DESTINATIONS = ("sqs", "sns", "s3")
MAX_FILTERS = 5
RANGES = {
    "BatchSize": (1, 10_000),
    "MaximumBatchingWindowInSeconds": (0, 300),
    "ParallelizationFactor": (1, 10),
    "MaximumRetryAttempts": (-1, 10_000),
    "TumblingWindowInSeconds": (0, 900),
}


class MappingExists(LambdaClientError):
    """A mapping from this source to this function already exists."""

    code = 409

    def __init__(self, source_arn: str, function_name: str, uuid: str) -> None:
        kind = service_of(source_arn).upper()
        super().__init__(
            "ResourceConflictException",
            f'An event source mapping with {kind} arn (" {source_arn} ") and function (" {function_name} ") '
            f"already exists. Please update or delete the existing mapping with UUID {uuid}",
        )


def check(properties: MappingType[str, Any], source_arn: str, target: Target) -> None:
    """Raise AWS's error for a mapping with these (complete) properties."""
    _check_ranges(properties)
    _check_choices(properties)
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


def _check_ranges(properties: MappingType[str, Any]) -> None:
    for name, (low, high) in RANGES.items():
        value = properties.get(name)
        if value is not None and not low <= value <= high:
            raise _invalid(name, value, f"Member must have value between {low} and {high}")
    age = properties.get("MaximumRecordAgeInSeconds")
    if age is not None and age != -1 and not 60 <= age <= 604_800:
        raise _invalid("MaximumRecordAgeInSeconds", age, "Member must be -1 or between 60 and 604800")
    concurrency = (properties.get("ScalingConfig") or {}).get("MaximumConcurrency")
    if concurrency is not None and not 2 <= int(concurrency) <= 1000:
        raise _invalid("ScalingConfig.MaximumConcurrency", concurrency, "Member must have value between 2 and 1000")


def _check_choices(properties: MappingType[str, Any]) -> None:
    position = properties.get("StartingPosition")
    if position is not None and position not in STARTING_POSITIONS:
        constraint = f"Member must satisfy enum value set: [{', '.join(STARTING_POSITIONS)}]"
        raise _invalid("StartingPosition", position, constraint)
    for kind in properties.get("FunctionResponseTypes") or ():
        if kind != "ReportBatchItemFailures":
            raise _invalid(
                "FunctionResponseTypes", kind, "Member must satisfy enum value set: [ReportBatchItemFailures]"
            )


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
