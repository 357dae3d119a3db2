"""A pipe as the pollers see it: an event source mapping with other names for its settings."""

from collections.abc import Mapping as MappingType
from typing import Any

from moto.pipes.models import Pipe, pipes_backends

from shoplib.localaws.event_sources import Mapping

SOURCES = {
    "sqs": "SqsQueueParameters",
    "kinesis": "KinesisStreamParameters",
    "dynamodb": "DynamoDBStreamParameters",
}
SAME = (
    *("BatchSize", "MaximumBatchingWindowInSeconds", "MaximumRecordAgeInSeconds", "MaximumRetryAttempts"),
    *("ParallelizationFactor", "StartingPosition", "StartingPositionTimestamp"),
)


class PipeMapping(Mapping):
    """Checkpoints are the pipe's, and are saved with it."""

    def __init__(self, pipe: Pipe) -> None:
        super().__init__(pipe.account_id, pipe.region_name, pipe.target, mapping_settings(pipe))
        self.pipe = pipe
        self.uuid = self.arn = pipe.arn
        self.enabled = pipe.desired_state == "RUNNING"
        self.checkpoints = pipe.__dict__.setdefault("lab_checkpoints", {})

    @property
    def last_result(self) -> str:
        return self.pipe.state_reason or ""

    @last_result.setter
    def last_result(self, text: str) -> None:
        """What Lambda calls the last result is the reason of a pipe's state, as long as it is a problem."""
        if "pipe" in self.__dict__:
            pipe: Any = self.pipe
            pipe.state_reason = text if text.startswith("PROBLEM") else None

    @property
    def function_name(self) -> str:
        """The name of the session in which the role acts."""
        return self.pipe.name

    @property
    def exists(self) -> bool:
        return pipes_backends[self.account_id][self.region].pipes.get(self.pipe.name) is self.pipe


def source_settings(parameters: MappingType[str, Any] | None) -> dict[str, Any]:
    """Of whichever service the source is."""
    return next((dict(parameters[name]) for name in SOURCES.values() if (parameters or {}).get(name)), {})  # type: ignore[index]


def mapping_settings(pipe: Pipe) -> dict[str, Any]:
    """What Lambda calls the settings of the pipe's source."""
    parameters: dict[str, Any] = pipe.source_parameters or {}
    settings = source_settings(parameters)
    letters = (settings.get("DeadLetterConfig") or {}).get("Arn")
    return {
        "EventSourceArn": pipe.source,
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "FilterCriteria": parameters.get("FilterCriteria"),
        "BisectBatchOnFunctionError": settings.get("OnPartialBatchItemFailure") == "AUTOMATIC_BISECT",
        **{name: settings[name] for name in SAME if name in settings},
        **({"DestinationConfig": {"OnFailure": {"Destination": letters}}} if letters else {}),
    }
