"""Checks that the function's execution role may read a mapping's source and write to its destination."""

from collections.abc import Mapping
from typing import Any

from moto.awslambda.exceptions import InvalidParameterValueException

from shoplib.localaws.arns import Arn
from shoplib.localaws.event_sources.mapping import DYNAMODB, KINESIS, SQS, service_of
from shoplib.localaws.functions.targets import Target
from shoplib.localaws.permissions import Access, first_denied, with_keys

READING = {
    SQS: ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes"),
    KINESIS: ("GetRecords", "GetShardIterator", "DescribeStream", "ListShards"),
    DYNAMODB: ("GetRecords", "GetShardIterator", "DescribeStream"),
}
REPORTING = {"sqs": "SendMessage", "sns": "Publish", "s3": "PutObject"}
STREAM_ACTIONS = {
    KINESIS: "GetRecords, GetShardIterator, DescribeStream, ListShards, and ListStreams",
    DYNAMODB: "GetRecords, GetShardIterator, DescribeStream, and ListStreams",
}


def check(properties: Mapping[str, Any], source_arn: str, target: Target) -> None:
    """Raises AWS's InvalidParameterValueException."""
    role, session = str(target.function.role), Arn.parse(target.invoked_arn).name.partition(":")[0]
    if refusal := reading_refusal(role, session, source_arn):
        raise InvalidParameterValueException(refusal)
    destination = (properties.get("DestinationConfig") or {}).get("OnFailure", {}).get("Destination")
    if destination and (refusal := reporting_refusal(role, session, destination)):
        raise InvalidParameterValueException(refusal)


def reading_refusal(role: str, session: str, source_arn: str) -> str:
    """AWS's message for a role that may not read the source; empty if it may. Permission for the source's KMS key is
    not checked: AWS creates the mapping without it.
    """
    stream = source_arn.split("/consumer/")[0]
    denied = first_denied(role, session, _reading(stream))
    return _refusal(denied, stream, service_of(source_arn)) if denied is not None else ""


def problem(role: str, session: str, source_arn: str) -> str:
    """Why a mapping cannot read its source now, as in its LastProcessingResult; empty if it can."""
    stream = source_arn.split("/consumer/")[0]
    denied = first_denied(role, session, with_keys(_reading(stream), {}))
    return _refusal(denied, stream, service_of(source_arn)) if denied is not None else ""


def _reading(stream: str) -> list[Access]:
    service = service_of(stream)
    return [Access(f"{service}:{action}", stream) for action in READING[service]]


def reporting_refusal(role: str, session: str, destination: str) -> str:
    """AWS's message for a role that may not write to the destination; empty if it may."""
    denied = first_denied(role, session, [_report(destination)])
    return _lacking(denied) if denied else ""


def _refusal(denied: Access, stream: str, service: str) -> str:
    if service == SQS:
        return _lacking(denied)
    return (
        f"Cannot access stream {stream}. Please ensure the role can perform the {STREAM_ACTIONS[service]} Actions "
        "on your stream in IAM."
    )


def _report(destination: str) -> Access:
    service = service_of(destination)
    return Access(f"{service}:{REPORTING[service]}", f"{destination}/*" if service == "s3" else destination)


def _lacking(denied: Access) -> str:
    service, _, action = denied.action.partition(":")
    return f"The function execution role does not have permissions to call {action} on {service.upper()}"
