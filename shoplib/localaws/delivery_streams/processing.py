"""Processes records before delivery: a function transforms them, and delimiters are appended.

https://docs.aws.amazon.com/firehose/latest/dev/data-transformation.html
"""

import base64
import binascii
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from shoplib.localaws.arns import Arn
from shoplib.localaws.delivery_streams.buffers import MIB, WaitingRecord
from shoplib.localaws.delivery_streams.failures import Failure

Invoke = Callable[["Origin", str, bytes], Any]
LAMBDA, DELIMITER = "Lambda", "AppendDelimiterToRecord"
RETRIES = 3
LAMBDA_MB = 1.0
MOST_AT_ONCE = 500
OK, DROPPED = "Ok", "Dropped"
FAILED, MISSING = "Lambda.ProcessingFailedStatus", "Lambda.MissingRecordId"


@dataclass(frozen=True)
class Origin:
    """The origin of an invocation: the stream, and its Kinesis source stream, if it has one."""

    stream_arn: str
    source_arn: str = ""


Outcome = tuple[list[WaitingRecord], list[Failure]]


def process(
    configuration: Mapping[str, Any] | None, records: list[WaitingRecord], origin: Origin, invoke: Invoke
) -> Outcome:
    """The processed records, and the failed ones; dropped records are in neither."""
    failures = list[Failure]()
    for processor in _processors(configuration):
        parameters = {each["ParameterName"]: each["ParameterValue"] for each in processor.get("Parameters", [])}
        if processor["Type"] == LAMBDA:
            records, failed = _transform(parameters, records, origin, invoke)
            failures += failed
        else:
            delimiter = parameters.get("Delimiter", "\\n").encode().decode("unicode_escape").encode()
            records = [replace(each, data=each.data + delimiter) for each in records]
    return records, failures


def _processors(configuration: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    """The processors, the function first, whatever their order."""
    if not configuration or str(configuration.get("Enabled", "true")).lower() == "false":
        return []
    return sorted(configuration.get("Processors", []), key=lambda each: str(each["Type"]) != LAMBDA)


def _transform(parameters: Mapping[str, str], records: list[WaitingRecord], origin: Origin, invoke: Invoke) -> Outcome:
    done, failures = list[WaitingRecord](), list[Failure]()
    most = float(parameters.get("BufferSizeInMBs", LAMBDA_MB)) * MIB
    for group in _groups(records, most):
        answers, failed = _ask(parameters, group, origin, invoke)
        done += answers
        failures += failed
    return done, failures


def _groups(records: list[WaitingRecord], most: float) -> Iterator[list[WaitingRecord]]:
    group, size = list[WaitingRecord](), 0
    for record in records:
        if group and (size + len(record.data) > most or len(group) == MOST_AT_ONCE):
            yield group
            group, size = [], 0
        group.append(record)
        size += len(record.data)
    if group:
        yield group


def _ask(parameters: Mapping[str, str], group: list[WaitingRecord], origin: Origin, invoke: Invoke) -> Outcome:
    arn, retries = parameters["LambdaArn"], int(parameters.get("NumberOfRetries", RETRIES))
    error = ""
    for _ in range(retries + 1):
        answer = invoke(origin, arn, json.dumps(_event(group, origin)).encode())
        if not answer.function_error:
            return _outcome(group, answer.payload, arn)
        error = answer.payload[:1000].decode("utf-8", "replace")
    text = f"The Lambda function was successfully invoked but it returned an error result: {error}"
    return [], [Failure(each, "Lambda.FunctionError", text, retries + 1, arn) for each in group]


def _event(group: list[WaitingRecord], origin: Origin) -> dict[str, Any]:
    source = {"sourceKinesisStreamArn": origin.source_arn} if origin.source_arn else {}
    return {
        "invocationId": group[0].id,
        "deliveryStreamArn": origin.stream_arn,
        "region": Arn.parse(origin.stream_arn).region,
        **source,
        "records": [
            {
                "recordId": each.id,
                "approximateArrivalTimestamp": int(each.arrival * 1000),
                "data": base64.b64encode(each.data).decode(),
            }
            for each in group
        ],
    }


def _outcome(group: list[WaitingRecord], payload: bytes, arn: str) -> Outcome:
    try:
        by_id = {each.get("recordId"): each for each in _records(payload)}
    except ValueError as error:
        return [], [Failure(each, "Lambda.JsonProcessingException", str(error), 1, arn) for each in group]
    done, failures = list[WaitingRecord](), list[Failure]()
    for record in group:
        answer = by_id.get(record.id)
        if answer is not None and answer.get("result") == DROPPED:
            continue
        try:
            done.append(_changed(record, answer))
        except ValueError as error:
            failures.append(Failure(record, FAILED if answer else MISSING, str(error), 1, arn))
    return done, failures


def _records(payload: bytes) -> list[dict[str, Any]]:
    answer = json.loads(payload)
    records = answer.get("records") if isinstance(answer, dict) else None
    if not isinstance(records, list):
        raise ValueError("The function's response has no list of records")
    return [each for each in records if isinstance(each, dict)]


def _changed(record: WaitingRecord, answer: dict[str, Any] | None) -> WaitingRecord:
    if answer is None:
        raise ValueError("One or more record Ids were not returned. Ensure that the function returns all of them")
    if answer.get("result") != OK:
        raise ValueError("ProcessingFailed status set for record")
    try:
        data = base64.b64decode(answer["data"], validate=True)
    except (KeyError, TypeError, binascii.Error) as error:
        raise ValueError(f"The data of a record is not valid base64: {error}") from error
    keys = (answer.get("metadata") or {}).get("partitionKeys") or {}
    return replace(record, data=data, keys=tuple(sorted((name, str(value)) for name, value in keys.items())))
