"""One batch of a pipe on its way: to the enrichment, through the target's template, to the target."""

import json
import uuid
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from shoplib.localaws import clients, request_context
from shoplib.localaws.arns import Arn
from shoplib.localaws.event_sources import Answer, Delivery, Mapping
from shoplib.localaws.event_sources.delivery import Traces
from shoplib.localaws.pipes import journal, targets
from shoplib.localaws.pipes.targets import Item, Shipment, TargetFailed, identifier
from shoplib.localaws.pipes.templates import shaped

EMPTY: tuple[Any, ...] = (None, "", [], {})  # an enrichment that answers so wants no target
# What a service refuses or cannot be told, and what a function or a state machine failed at.
FAILURES = (ClientError, BotoCoreError, TargetFailed, ValueError)


class PipeDelivery(Delivery):
    """Gives what a poller read to the pipe's target, in the place of a function."""

    def report_age(self, arrival: float) -> None:
        """CloudWatch's figure of functions alone."""

    def send(self, payload: bytes, traces: Traces = (), until: float | None = None) -> Answer:
        events = [_of_pipes(record) for record in json.loads(payload)["Records"]]
        request_id = str(uuid.uuid4())
        journal.write(self._pipe, request_id, "ExecutionStarted", events)
        with request_context.on_behalf_of(self._pipe.arn, headers=traces):
            try:
                failed = self._deliver(events)
            except FAILURES as error:
                self._mapping.last_result = f"PROBLEM: {error}"
                journal.write(self._pipe, request_id, "ExecutionFailed", error=str(error))
                return Answer(b"", str(error), request_id)
        self._mapping.last_result = "OK"
        journal.write(self._pipe, request_id, "ExecutionPartiallyFailed" if failed else "ExecutionSucceeded")
        report = {"batchItemFailures": [{"itemIdentifier": each} for each in failed]}
        return Answer(json.dumps(report).encode(), None, request_id)

    @property
    def _pipe(self) -> Any:
        mapping: Any = self._mapping
        return mapping.pipe

    def _deliver(self, events: list[Any]) -> list[str]:
        """The ids of the records that failed."""
        pipe, incoming = self._pipe, self._enriched(events)
        parameters = pipe.target_parameters or {}
        items = [Item(event, shaped(parameters.get("InputTemplate"), event, variables(pipe))) for event in incoming]
        if not items:
            return []
        way = targets.way_of(pipe.target)
        if way is None:
            raise TargetFailed(f"{pipe.target} is no target of pipes here")
        name, send = way
        failed = send(Shipment(pipe, parameters.get(name) or {}, items, self._client))
        if failed and pipe.enrichment:  # whose answer is not record by record
            raise TargetFailed(f"{pipe.target} did not take {len(failed)} of {len(items)} events")
        return [identifier(items[place].event) for place in failed]

    def _enriched(self, events: list[Any]) -> list[Any]:
        pipe = self._pipe
        if not pipe.enrichment:
            return events
        template = (pipe.enrichment_parameters or {}).get("InputTemplate")
        contents = [shaped(template, event, variables(pipe)) for event in events]
        if Arn.parse(pipe.enrichment).service == "lambda":
            answer = targets.invoke(self._client, pipe.enrichment, contents, {})
        else:
            answer = targets.execute(self._client, pipe.enrichment, contents)
        if answer in EMPTY:
            return []
        return answer if isinstance(answer, list) else [answer]

    def _client(self, service: str) -> Any:
        pipe = self._pipe
        return clients.client(service, pipe.account_id, pipe.region_name, pipe.role_arn, pipe.name)


def variables(pipe: Any) -> dict[str, str]:
    values = {
        "pipe-arn": pipe.arn,
        "pipe-name": pipe.name,
        "source-arn": pipe.source,
        "enrichment-arn": pipe.enrichment or "",
        "target-arn": pipe.target,
    }
    return {f"aws.pipes.{name}": value for name, value in values.items()}


def _of_pipes(record: dict[str, Any]) -> dict[str, Any]:
    """Of a Kinesis record Lambda has a part of its own where Pipes has one level."""
    return {**record.pop("kinesis"), **record} if "kinesis" in record else record


__all__ = ["Mapping", "PipeDelivery", "variables"]
