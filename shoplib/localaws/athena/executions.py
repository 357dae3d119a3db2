"""Queries as they are started, run and stopped. Some run at a time; others wait in line, as QUEUED says."""

import logging
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import duckdb

from shoplib.localaws import engine_clock
from shoplib.localaws.athena import results, statements
from shoplib.localaws.athena.errors import OTHER, SYSTEM, InvalidRequest, QueryCancelled, QueryFailed
from shoplib.localaws.athena.objects import Location
from shoplib.localaws.athena.sandbox import sandbox
from shoplib.localaws.athena.session import Outcome, ResultColumn, Session
from shoplib.localaws.athena.statements.grammar import Kind

LOG = logging.getLogger(__name__)
AT_A_TIME = 2
LONGEST_SECONDS = 1800.0  # Athena's limit of a query
INTERRUPT_SECONDS = 0.05
QUEUED, RUNNING, SUCCEEDED, FAILED, CANCELLED = "QUEUED", "RUNNING", "SUCCEEDED", "FAILED", "CANCELLED"
ENDED = (SUCCEEDED, FAILED, CANCELLED)


@dataclass
class Execution:
    """One query: what was asked, and what became of it."""

    query: str
    statement: str  # with the values of its parameters
    kind: Kind
    database: str
    context: dict[str, str]
    work_group: str
    configuration: dict[str, Any]  # of results, in force
    output: Location | None  # the folder
    output_is_enforced: bool
    parameters: list[str] | None
    reuse_minutes: int | None
    bytes_limit: int | None
    account_id: str
    region: str
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    state: str = QUEUED
    reason: str | None = None
    category: int | None = None
    submitted: float = field(default_factory=engine_clock.now)
    began: float | None = None
    completed: float | None = None
    scanned_bytes: int = 0
    columns: list[ResultColumn] = field(default_factory=list)
    is_table: bool = False
    update_count: int | None = None
    output_location: str | None = None
    manifest: str | None = None
    reused: bool = False
    connection: duckdb.DuckDBPyConnection | None = None
    is_stopping: bool = False

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self.place = self.output.within(self.id + self._ending()) if self.output else None
        self.output_location = str(self.place) if self.place else None

    def __getstate__(self) -> dict[str, Any]:
        """For a saved state: a query that runs is nothing that another process could go on with."""
        state = self.__dict__ | {"connection": None}
        if self.state in (QUEUED, RUNNING):
            reason = "The local AWS was loaded from a saved state."
            state |= {"state": CANCELLED, "reason": reason, "completed": engine_clock.now()}
        return state

    def _ending(self) -> str:
        return {"SELECT": ".csv", "INSERT": "", "UNLOAD": "", "CREATE_TABLE_AS_SELECT": ""}.get(self.kind.name, ".txt")

    def begin(self) -> bool:
        """False when it was stopped while it waited."""
        with self._lock:
            if self.state == QUEUED:
                self.state, self.began = RUNNING, engine_clock.now()
            return self.state == RUNNING

    def end(self, state: str, reason: str | None = None, category: int | None = None) -> None:
        with self._lock:
            self.state, self.reason, self.category = state, reason, category
            self.completed, self.connection = engine_clock.now(), None
        self._ended.set()

    def attach(self, connection: duckdb.DuckDBPyConnection) -> None:
        with self._lock:
            self.connection = connection
            if self.is_stopping:
                raise QueryCancelled()

    def stop(self) -> None:
        """One that waits does not begin, one that runs is interrupted, one that has ended stays as it is."""
        with self._lock:
            self.is_stopping = True
            if self.state == QUEUED:
                self.state, self.reason, self.completed = CANCELLED, "Query cancelled by user", engine_clock.now()
            elif self.state == RUNNING:
                threading.Thread(target=self._interrupt, name="athena-stop", daemon=True).start()

    def _interrupt(self) -> None:
        """Until it has ended: DuckDB forgets an interruption that comes between two statements."""
        while not self._ended.wait(INTERRUPT_SECONDS):
            with self._lock:
                if self.connection is not None:
                    self.connection.interrupt()

    def take_over(self, outcome: Outcome) -> None:
        self.columns, self.is_table, self.update_count = outcome.columns, outcome.is_table, outcome.update_count
        self.output_location = outcome.output or self.output_location
        if outcome.manifest is not None and self.place is not None:
            self.manifest = f"{self.place}-manifest.csv"


class Runner:
    """Threads that run queries, made with the first one."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(AT_A_TIME, thread_name_prefix="athena")
        self._running: dict[str, Execution] = {}

    def submit(
        self, execution: Execution, done: Callable[[Execution], None] = lambda execution: None
    ) -> "Future[None]":
        self._running[execution.id] = execution
        return self._threads.submit(self._run, execution, done)

    def close(self) -> None:
        for execution in list(self._running.values()):
            execution.stop()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _run(self, execution: Execution, done: Callable[[Execution], None]) -> None:
        limit = threading.Timer(LONGEST_SECONDS, execution.stop)
        limit.daemon = True
        try:
            if execution.begin():
                limit.start()
                run(execution)
                done(execution)
        finally:
            limit.cancel()
            self._running.pop(execution.id, None)


def run(execution: Execution) -> None:
    """Whatever happens, the execution ends."""
    try:
        _run_in_sandbox(execution)
        execution.end(SUCCEEDED)
    except QueryFailed as failure:
        execution.end(failure.state, failure.reason, failure.category)
    except InvalidRequest as refusal:
        execution.end(FAILED, str(refusal.message), OTHER)
    except Exception as error:
        LOG.exception("a query failed in an unexpected way")
        execution.end(FAILED, f"GENERIC_INTERNAL_ERROR: {error}", SYSTEM)


def _run_in_sandbox(execution: Execution) -> None:
    with sandbox() as (connection, folder):
        execution.attach(connection)
        session = Session(
            id=execution.id,
            text=execution.statement,
            database=execution.database,
            output=execution.output,
            output_is_enforced=execution.output_is_enforced,
            work_group=execution.work_group,
            account_id=execution.account_id,
            region=execution.region,
            now=execution.submitted,
            connection=connection,
            folder=folder,
            bytes_limit=execution.bytes_limit,
        )
        try:
            outcome = statements.run(session)
            if execution.place is not None:
                results.write(session, outcome, execution.place, execution.configuration)
        finally:
            execution.scanned_bytes = session.scanned_bytes
        execution.take_over(outcome)
