"""What is not here of Pipes, refused by name before a pipe is made, and what Pipes itself refuses."""

from collections.abc import Iterator, Mapping
from typing import Any

from moto.pipes.exceptions import ValidationException

from shoplib.localaws import clients
from shoplib.localaws.arns import Arn, is_arn
from shoplib.localaws.event_patterns import InvalidPattern
from shoplib.localaws.event_sources import filters
from shoplib.localaws.notifications import http_targets
from shoplib.localaws.permissions import is_assumable
from shoplib.localaws.pipes.pipe_mapping import SOURCES, source_settings
from shoplib.localaws.pipes.targets import WAYS, is_asynchronous, way_of
from shoplib.localaws.pipes.templates import unknown_names

MAX_FILTERS = 5
COMMON = ("InputTemplate", "FilterCriteria")


def check(pipe: Any) -> None:
    """Raises ValidationException."""
    for objection in _objections(pipe):
        raise ValidationException(objection)


def _objections(pipe: Any) -> Iterator[str]:
    yield from _absent(pipe)
    yield from _of_source(pipe)
    yield from _of_templates(pipe)
    yield from _of_target(pipe)
    if not is_assumable(pipe.role_arn, "pipes.amazonaws.com", pipe.arn):
        yield f"The role {pipe.role_arn} is not there, or its trust policy does not let pipes.amazonaws.com assume it."


def _absent(pipe: Any) -> Iterator[str]:
    """What AWS has and the local one has not."""
    if _service(pipe.source) not in SOURCES:
        yield f"Source {pipe.source}: the local AWS has pipes from SQS, Kinesis and DynamoDB Streams."
    if pipe.enrichment and not _can_enrich(pipe.enrichment):
        yield f"Enrichment {pipe.enrichment}: the local AWS enriches by Lambda functions and express state machines."
    way = way_of(pipe.target)
    if way is None:
        yield f"Target {pipe.target}: the local AWS has pipes to {', '.join(sorted(WAYS))} and API destinations."
    yield from _absent_parameters("SourceParameters", pipe.source_parameters, SOURCES.get(_service(pipe.source), ""))
    yield from _absent_parameters("EnrichmentParameters", pipe.enrichment_parameters, "")
    yield from _absent_parameters("TargetParameters", pipe.target_parameters, way[0] if way else "")
    for name in ("S3LogDestination", "FirehoseLogDestination"):
        if (pipe.log_configuration or {}).get(name):
            yield f"LogConfiguration.{name}: the local AWS writes the logs of pipes to CloudWatch Logs alone."
    if (pipe.target_parameters or {}).get("EventBridgeEventBusParameters", {}).get("EndpointId"):
        yield "EventBridgeEventBusParameters.EndpointId: the local AWS has no global endpoints."


def _absent_parameters(where: str, parameters: Mapping[str, Any] | None, own: str) -> Iterator[str]:
    for name in parameters or {}:
        if name not in (own, *COMMON):
            yield f"{where}.{name} is not of this {where.removesuffix('Parameters').lower()}."


def _can_enrich(arn: str) -> bool:
    return _service(arn) == "lambda" or (_service(arn) == "states" and _is_express(arn))


def _of_source(pipe: Any) -> Iterator[str]:
    parameters = source_settings(pipe.source_parameters)
    if _service(pipe.source) != "sqs" and not parameters.get("StartingPosition"):
        yield f"SourceParameters.{SOURCES[_service(pipe.source)]}.StartingPosition is required."
    if parameters.get("StartingPosition") == "AT_TIMESTAMP" and "StartingPositionTimestamp" not in parameters:
        yield "StartingPositionTimestamp is required with the StartingPosition AT_TIMESTAMP."
    criteria = (pipe.source_parameters or {}).get("FilterCriteria")
    if len((criteria or {}).get("Filters") or []) > MAX_FILTERS:
        yield f"A pipe has at most {MAX_FILTERS} filters."
    try:
        filters.parse(criteria)
    except InvalidPattern as error:
        yield f"Filter pattern is not valid: {error}"


def _of_templates(pipe: Any) -> Iterator[str]:
    for parameters in (pipe.enrichment_parameters, pipe.target_parameters):
        for name in unknown_names((parameters or {}).get("InputTemplate") or ""):
            yield f"InputTemplate contains <{name}>, which is neither a JSON path nor a variable of Pipes."


def _of_target(pipe: Any) -> Iterator[str]:
    yield from _over_http(pipe)
    service = _service(pipe.target)
    settings = (pipe.target_parameters or {}).get(WAYS[service][0]) or {}
    if service == "states" and not is_asynchronous(settings) and not _is_express(pipe.target):
        yield "A standard state machine can only be a target with the InvocationType FIRE_AND_FORGET."
    for kind, name in (("kinesis", "PartitionKey"), ("logs", "LogStreamName")):
        if service == kind and not settings.get(name):
            yield f"TargetParameters.{WAYS[kind][0]}.{name} is required."
    if service == "sqs" and pipe.target.endswith(".fifo") and not settings.get("MessageGroupId"):
        yield "TargetParameters.SqsQueueParameters.MessageGroupId is required for a FIFO queue."


def _over_http(pipe: Any) -> Iterator[str]:
    if way_of(pipe.target) == WAYS["execute-api"]:
        if reason := http_targets.objection(pipe.target):
            yield f"Target {pipe.target}: {reason}"
        if wrong := http_targets.check(pipe.target, (pipe.target_parameters or {}).get("HttpParameters")):
            yield wrong


def _is_express(arn: str) -> bool:
    place = Arn.parse(arn)
    machines = clients.client("stepfunctions", place.account_id, place.region)
    try:
        return bool(machines.describe_state_machine(stateMachineArn=arn)["type"] == "EXPRESS")
    except machines.exceptions.StateMachineDoesNotExist:
        return False


def _service(arn: str) -> str:
    return Arn.parse(arn).service if is_arn(arn) else ""
