"""What Lambda itself does as a function's role: it writes logs, reads event sources, and sends on what failed."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from shoplib.provision.target import Target

READING = {
    "sqs": ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes"),
    "kinesis": (
        *("GetRecords", "GetShardIterator", "DescribeStream", "DescribeStreamSummary"),
        *("ListShards", "ListStreams"),
    ),
    "dynamodb": ("GetRecords", "GetShardIterator", "DescribeStream", "ListStreams"),
}
SENDING = {"sqs": "SendMessage", "sns": "Publish", "lambda": "InvokeFunction", "events": "PutEvents", "s3": "PutObject"}
TRACING = ("PutTraceSegments", "PutTelemetryRecords")


@dataclass(frozen=True, order=True)
class Use:
    """An action on a resource; `refused` when it was never allowed."""

    action: str
    resource: str
    refused: bool = False


def needs_of(configuration: dict[str, Any], target: Target) -> Iterator[Use]:
    """`configuration` is the answer of GetFunctionConfiguration."""
    name = configuration["FunctionName"]
    group = configuration.get("LoggingConfig", {}).get("LogGroup", f"/aws/lambda/{name}")
    _, _, _, region, account, *_ = configuration["FunctionArn"].split(":")
    for action in ("CreateLogGroup", "CreateLogStream", "PutLogEvents"):
        yield Use(f"logs:{action}", f"arn:aws:logs:{region}:{account}:log-group:{group}:log-stream:x")
    if configuration.get("TracingConfig", {}).get("Mode") == "Active":
        yield from (Use(f"xray:{action}", "*") for action in TRACING)
    lambdas = target.client("lambda")
    for mapping in lambdas.list_event_source_mappings(FunctionName=name)["EventSourceMappings"]:
        yield from _of_mapping(mapping)
    asynchronous = lambdas.list_function_event_invoke_configs(FunctionName=name)["FunctionEventInvokeConfigs"]
    destinations = [each for config in asynchronous for each in config.get("DestinationConfig", {}).values()]
    for arn in [
        configuration.get("DeadLetterConfig", {}).get("TargetArn"),
        *(each.get("Destination") for each in destinations),
    ]:
        yield from _of_destination(arn)


def _of_mapping(mapping: dict[str, Any]) -> Iterator[Use]:
    source = mapping["EventSourceArn"]
    service = source.split(":")[2]
    yield from (Use(f"{service}:{action}", source) for action in READING.get(service, ()))
    yield from _of_destination(mapping.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination"))


def _of_destination(arn: str | None) -> Iterator[Use]:
    if arn:
        service = arn.split(":")[2]
        yield Use(f"{service}:{SENDING[service]}", f"{arn}/*" if service == "s3" else arn)
