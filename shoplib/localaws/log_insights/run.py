"""Runs a plan over log events, in its own isolated database."""

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from shoplib.localaws.log_insights import discovery
from shoplib.localaws.log_insights.pipeline import Plan

NUMBERS = ("time", "ingestion", "number")
PARAMETER = re.compile(r"\$(p\d+)\b")
SETTINGS: dict[str, Any] = {"enable_external_access": "false", "threads": "2", "memory_limit": "500MB"}


class Event(NamedTuple):
    time: int
    ingestion: int
    message: str
    stream: str
    log: str  # account:group
    ptr: str
    number: int


@dataclass(frozen=True)
class Answer:
    rows: Sequence[Sequence[Mapping[str, str]]]
    matched: int
    scanned: int
    size: int  # bytes


def events_of(groups: Sequence[Any], start_ms: int, end_ms: int) -> list[Event]:
    """The events of log groups; both ends of the time range are inclusive."""
    return [
        Event(
            event.timestamp,
            event.ingestion_time,
            event.message,
            stream.log_stream_name,
            f"{group.account_id}:{group.name}",
            pointer(group.name, stream.log_stream_name, event.event_id),
            event.event_id,
        )
        for group in groups
        for stream in list(group.streams.values())
        for event in list(stream.events)
        if start_ms <= event.timestamp <= end_ms
    ]


def pointer(group: str, stream: str, event_id: int) -> str:
    return base64.b64encode(f"{group}\n{stream}\n{event_id}".encode()).decode()


def run(plan: Plan, events: Sequence[Event], limit: int) -> Answer:
    """Run the plan. Raises duckdb.Error."""
    import duckdb

    with duckdb.connect(":memory:", config=SETTINGS) as database:
        _load(database, plan.discovered, events)
        rows = _execute(database, plan, plan.statement(limit))
        (matched,) = _execute(database, plan, f"SELECT count(*) FROM ({plan.matched})")[0]
    names = plan.results()
    results = [_cells(names, row) for row in rows]
    return Answer(results, matched, len(events), sum(len(event.message.encode()) for event in events))


def _cells(names: Sequence[str], row: Sequence[Any]) -> list[dict[str, str]]:
    """The cells of a row; missing fields are omitted."""
    return [{"field": name, "value": value} for name, value in zip(names, row, strict=True) if value is not None]


def _load(database: Any, discovered: Mapping[str, str], events: Sequence[Event]) -> None:
    """Create the table of events, with a column for each field that the query names."""
    import pyarrow

    columns = dict(zip(Event._fields, zip(*events, strict=True) if events else ((),) * len(Event._fields), strict=True))
    names = list(discovered)
    own = [discovery.values(event.log.partition(":")[2], event.message, names) for event in events] if names else []
    columns |= {column: tuple(each[at] for each in own) for at, column in enumerate(discovered.values())}
    kinds = {name: pyarrow.int64() if name in NUMBERS else pyarrow.string() for name in columns}
    table = pyarrow.table({name: pyarrow.array(values, kinds[name]) for name, values in columns.items()})
    database.register("loaded", table)
    database.execute("CREATE TABLE events AS SELECT * FROM loaded")
    database.unregister("loaded")


def _execute(database: Any, plan: Plan, statement: str) -> list[tuple[Any, ...]]:
    names = set(PARAMETER.findall(statement))
    own = {name: value for name, value in plan.compiler.parameters.items() if name in names}
    rows: list[tuple[Any, ...]] = database.execute(statement, own).fetchall()
    return rows
