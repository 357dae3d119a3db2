"""One execution: what it was started with, how it stands, and its history."""

import secrets
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from shoplib.localaws.arns import Arn
from shoplib.localaws.state_machines.interpreter import History, Walk
from shoplib.localaws.state_machines.interpreter.history import MOST_EVENTS

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

    @property
    def owner_arn(self) -> str:
        """The machine's own ARN, without the label that it has for executions of a Map Run."""
        return self.machine_arn.partition("/")[0]


@dataclass
class Execution:
    """`ended` is resolved with the execution itself when it is over."""

    arn: str
    name: str
    origin: Origin
    text: str  # its input
    started: float
    trace: str | None
    map_run_arn: str | None = None
    item_count: int | None = None  # of the Map Run's items
    history: History | None = None
    walk: Walk | None = field(default=None, repr=False)
    segment_id: str = field(default_factory=lambda: secrets.token_hex(8))
    segment_trace: str = ""  # on which its segment is; none where it is not traced
    redrives: int = 0
    redriven: float | None = None
    redrive_token: str | None = None
    status: str = RUNNING
    stopped: float | None = None
    output: str | None = None
    error: str | None = None
    cause: str | None = None
    ended: "Future[Execution]" = field(default_factory=Future, repr=False)

    def __getstate__(self) -> dict[str, Any]:
        """Whoever waits for its end waits in this process, in which alone it could go on."""
        return {name: value for name, value in self.__dict__.items() if name not in ("ended", "walk")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self.walk = None
        self.ended = Future()
        self.ended.set_result(self)

    @property
    def region(self) -> str:
        return Arn.parse(self.arn).region

    @property
    def account_id(self) -> str:
        return Arn.parse(self.arn).account_id

    def finish(self, status: str, now: float) -> None:
        self.status, self.stopped = status, now

    def objection_to_redrive(self) -> str | None:
        """Why the execution cannot go on where it stopped; None when it can."""
        if self.status not in (FAILED, TIMED_OUT, ABORTED):
            return f"Execution is {self.status} and cannot be redriven"
        if self.walk is None:
            return "Execution was loaded from a saved state and cannot be redriven"
        is_full = self.history is not None and len(self.history.events) >= MOST_EVENTS - 1
        return "Execution history event count exceeds the limit for redrive" if is_full else None

    def begin_again(self, now: float, token: str | None) -> None:
        self.status, self.stopped, self.output, self.error, self.cause = RUNNING, None, None, None, None
        self.redrives, self.redriven, self.redrive_token = self.redrives + 1, now, token
        self.ended = Future()

    def described(self) -> dict[str, Any]:
        """As DescribeExecution answers; times in seconds since 1970."""
        reason = self.objection_to_redrive()
        has_output = self.output is not None
        described = {
            **self._outlined(),
            "input": self.text,
            "inputDetails": INCLUDED,
            "output": self.output,
            "outputDetails": INCLUDED if has_output else None,
            "traceHeader": self.trace,
            "mapRunArn": self.map_run_arn,
            "error": self.error,
            "cause": self.cause,
            "redriveStatus": "NOT_REDRIVABLE" if reason else "REDRIVABLE",
            "redriveStatusReason": reason,
        }
        return {name: value for name, value in described.items() if value is not None}

    def listed(self) -> dict[str, Any]:
        """As ListExecutions answers."""
        of_map_run = {"mapRunArn": self.map_run_arn, "itemCount": self.item_count} if self.map_run_arn else {}
        return {**self._outlined(), **of_map_run}

    def _outlined(self) -> dict[str, Any]:
        outlined = {
            "executionArn": self.arn,
            "stateMachineArn": self.origin.machine_arn,
            "name": self.name,
            "status": self.status,
            "startDate": self.started,
            "stopDate": self.stopped,
            "stateMachineVersionArn": self.origin.version_arn,
            "stateMachineAliasArn": self.origin.alias_arn,
            "redriveCount": self.redrives,
            "redriveDate": self.redriven,
        }
        return {name: value for name, value in outlined.items() if value is not None}
