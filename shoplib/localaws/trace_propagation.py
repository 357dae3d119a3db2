"""What a queue or a stream holds carries the trace of the request that put it there.

A message says so itself, in the system attribute AWSTraceHeader, as on AWS. On AWS records of streams do not: there a
trace ends at the stream. Here the engine remembers it beside the record, where no API shows it.
"""

from typing import Any

from moto.dynamodb.models.table import StreamRecord
from moto.kinesis.models import Record
from moto.sqs.models import Queue

from shoplib.localaws import request_context
from shoplib.localaws.moto_patches import Method, wrap

ATTRIBUTE = "AWSTraceHeader"


def install() -> None:
    """Idempotent; comes after all corrections of what it wraps."""
    for owner, name, around in (
        (Queue, "add_message", _tracing),
        (Record, "__init__", _remembering),
        (StreamRecord, "__init__", _remembering),
    ):
        wrap(owner, name, around)


def trace_of(record: Any) -> str | None:
    """The X-Amzn-Trace-Id of the request that put a record of moto's into its stream."""
    header: str | None = record.__dict__.get("lab_trace")
    return header


def _tracing(original: Method) -> Method:
    def add_message(queue: Any, message: Any) -> None:
        if (header := request_context.current().trace) and ATTRIBUTE not in message.system_attributes:
            value = {"StringValue": header, "DataType": "String"}
            message.system_attributes = {**message.system_attributes, ATTRIBUTE: value}
        original(queue, message)

    return add_message


def _remembering(original: Method) -> Method:
    def initialise(record: Any, *arguments: Any, **kwargs: Any) -> None:
        original(record, *arguments, **kwargs)
        record.lab_trace = request_context.current().trace

    return initialise
