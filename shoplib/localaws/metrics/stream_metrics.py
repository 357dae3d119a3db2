"""What Kinesis reports to CloudWatch of calls that write to streams (namespace AWS/Kinesis), after they were answered.

moto counts IncomingRecords and IncomingBytes itself; whoever reads names an iterator and no stream.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

from shoplib.localaws.metrics.completions import AnsweredCall
from shoplib.localaws.metrics.histogram import Histogram
from shoplib.localaws.metrics.store import Metric, Store

NAMESPACE = "AWS/Kinesis"
OPERATIONS = ("PutRecord", "PutRecords")
THROTTLED = "ProvisionedThroughputExceededException"


class StreamMetrics:
    def __init__(self, store_of: Callable[[str, str], Store]) -> None:
        self._store_of = store_of

    def observe(self, call: AnsweredCall) -> None:
        if call.operation not in OPERATIONS:
            return
        store, stream = self._store_of(*call.place), {"StreamName": call.resources[0]}
        for name, value in _figures(call):
            cell = Histogram()
            cell.add(value)
            unit = "Milliseconds" if name.endswith("Latency") else "Count"
            store.add_cell(Metric.of(NAMESPACE, name, stream), call.at, cell, unit=unit)


def _figures(call: AnsweredCall) -> Iterator[tuple[str, float]]:
    """A batch of which some records were refused was a success."""
    yield f"{call.operation}.Success", float(not call.error)
    yield f"{call.operation}.Latency", call.ms
    codes = _codes(call)
    throttled = codes.count(THROTTLED) + (call.error == THROTTLED)
    yield "WriteProvisionedThroughputExceeded", float(throttled)
    if call.operation == "PutRecords" and not call.error:
        failed = sum(code is not None for code in codes)
        yield "PutRecords.TotalRecords", float(len(codes))
        yield "PutRecords.SuccessfulRecords", float(len(codes) - failed)
        yield "PutRecords.FailedRecords", float(failed - throttled)
        yield "PutRecords.ThrottledRecords", float(throttled)


def _codes(call: AnsweredCall) -> list[Any]:
    """The error of each record of a batch, None for those that were taken."""
    if call.operation != "PutRecords" or call.error:
        return []
    return [each.get("ErrorCode") for each in json.loads(call.answer).get("Records", [])]
