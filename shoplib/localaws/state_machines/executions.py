"""One execution: what it was started with, how it stands, and its history."""

from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from shoplib.localaws.state_machines.interpreter import History

RUNNING, SUCCEEDED, FAILED = "RUNNING", "SUCCEEDED", "FAILED"
TIMED_OUT, ABORTED = "TIMED_OUT", "ABORTED"
INCLUDED = {"included": True}


@dataclass(frozen=True)
class Origin:
    """From what an execution was started: the machine's ARN and those of version and alias, and its revision."""

    machine_arn: str
    machine_name: str
    is_express: bool
    revision: Any
    version_arn: str | None
    alias_arn: str | None


@dataclass
class Execution:
    """`ended` is resolved with the execution itself when it is over."""

    arn: str
    name: str
    origin: Origin
    text: str  # its input
    started: float
    trace: str | None
    history: History | None = None
    status: str = RUNNING
    stopped: float | None = None
    output: str | None = None
    error: str | None = None
    cause: str | None = None
    ended: "Future[Execution]" = field(default_factory=Future, repr=False)

    @property
    def region(self) -> str:
        return self.arn.split(":")[3]

    @property
    def account_id(self) -> str:
        return self.arn.split(":")[4]

    def finish(self, status: str, now: float) -> None:
        self.status, self.stopped = status, now

    def described(self) -> dict[str, Any]:
        """As DescribeExecution answers; times in seconds since 1970."""
        redrivable = self.status in (FAILED, TIMED_OUT, ABORTED)
        reason = None if redrivable else f"Execution is {self.status} and cannot be redriven"
        has_output = self.output is not None
        described = {
            **self.listed(),
            "input": self.text,
            "inputDetails": INCLUDED,
            "output": self.output,
            "outputDetails": INCLUDED if has_output else None,
            "traceHeader": self.trace,
            "error": self.error,
            "cause": self.cause,
            "redriveStatus": "REDRIVABLE" if redrivable else "NOT_REDRIVABLE",
            "redriveStatusReason": reason,
        }
        return {name: value for name, value in described.items() if value is not None}

    def listed(self) -> dict[str, Any]:
        """As ListExecutions answers."""
        listed = {
            "executionArn": self.arn,
            "stateMachineArn": self.origin.machine_arn,
            "name": self.name,
            "status": self.status,
            "startDate": self.started,
            "stopDate": self.stopped,
            "stateMachineVersionArn": self.origin.version_arn,
            "stateMachineAliasArn": self.origin.alias_arn,
            "redriveCount": 0,
        }
        return {name: value for name, value in listed.items() if value is not None}
