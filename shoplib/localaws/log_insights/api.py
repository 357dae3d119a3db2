"""StartQuery, GetQueryResults, StopQuery, DescribeQueries and GetLogRecord; replaces moto's.

moto 5.2.5 supports only fields and sort, ignores every other command, and queries only one group.
"""

import base64
import binascii
import json
import logging
import uuid
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from moto.logs.exceptions import InvalidParameterException, LogsClientError, ResourceNotFoundException
from moto.logs.responses import LogsResponse

from shoplib.localaws import engine_clock
from shoplib.localaws.log_insights import commands, discovery, pipeline
from shoplib.localaws.log_insights.run import Answer, Event, events_of, run
from shoplib.localaws.log_insights.tokens import MalformedQuery
from shoplib.localaws.moto_patches import replace_methods

LOG = logging.getLogger(__name__)
LONGEST_QUERY = 10_000
MOST_GROUPS = 50
MOST_QUERIES = 1_000
NOTHING = Answer((), 0, 0, 0)


class MalformedQueryException(LogsClientError):
    def __init__(self, error: MalformedQuery) -> None:
        self.code = 400
        super().__init__("MalformedQueryException", str(error))
        location = {"startCharOffset": error.start, "endCharOffset": error.end}
        compile_error = {"location": location, "message": str(error)}
        whole = {"__type": "MalformedQueryException", "message": str(error), "queryCompileError": compile_error}
        self.description = json.dumps(whole)


@dataclass
class Query:
    """A started query, and its results once it is complete: plain data, like the rest of moto's state."""

    text: str
    group_names: list[str]
    whole: str = ""  # with its groups and its time
    status: str = "Scheduled"
    answer: Answer = NOTHING
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    created_at: float = field(default_factory=engine_clock.milliseconds)

    def __getstate__(self) -> dict[str, Any]:
        """For a saved state: another process cannot continue a running query."""
        is_at_work = self.status in ("Scheduled", "Running")
        return self.__dict__ | ({"status": "Cancelled"} if is_at_work else {})


class LogInsights:
    """Runs queries on its own threads."""

    def __init__(self) -> None:
        self._runners = ThreadPoolExecutor(2, thread_name_prefix="log-insights")

    def install(self) -> None:
        """Idempotent; the last one installed is used."""
        replace_methods(
            LogsResponse,
            start_query=lambda request: _start(request, self._runners),
            get_query_results=_results,
            stop_query=_stop,
            describe_queries=_describe,
            get_log_record=_record,
        )

    def close(self) -> None:
        """Stop; queries that have not started are dropped."""
        self._runners.shutdown(wait=False, cancel_futures=True)


def _start(request: Any, runners: ThreadPoolExecutor) -> str:
    language, text = request._get_param("queryLanguage"), request._get_param("queryString") or ""
    if language not in (None, "CWLI"):
        raise InvalidParameterException(f"The query language {language} is not supported by the local AWS; use CWLI.")
    if len(text) > LONGEST_QUERY:
        raise InvalidParameterException(f"queryString must have length less than or equal to {LONGEST_QUERY}")
    groups, limit = _groups(request), int(request._get_param("limit") or commands.MOST_ROWS)
    start, end = int(request._get_param("startTime")), int(request._get_param("endTime"))
    if start > end:
        raise InvalidParameterException("Query's end date and time must not be before its start date and time")
    if not 1 <= limit <= commands.MOST_ROWS:
        raise InvalidParameterException(f"limit must be between 1 and {commands.MOST_ROWS}")
    try:
        plan = pipeline.plan(commands.read(text), engine_clock.milliseconds())
    except MalformedQuery as error:
        raise MalformedQueryException(error) from error
    events = events_of(groups, start * 1000, end * 1000 + 999)
    sources = ", ".join(f'"{group.name}"' for group in groups)
    whole = f"SOURCE {sources} START={start}000 END={end}999 | {text}"
    query = Query(text, [group.name for group in groups], whole=whole)
    _remember(request, query)
    runners.submit(_run, query, plan, events, limit)
    return json.dumps({"queryId": query.id})


def _run(query: Query, plan: pipeline.Plan, events: Sequence[Event], limit: int) -> None:
    if query.status != "Scheduled":
        return
    query.status = "Running"
    try:
        query.answer = run(plan, events, limit)
    except Exception:
        LOG.exception("A query of Logs Insights failed")
        query.status = "Failed"
    else:
        query.status = "Complete"


def _groups(request: Any) -> list[Any]:
    """The log groups, from whichever of the three parameters names them."""
    name, names = request._get_param("logGroupName"), request._get_param("logGroupNames")
    identifiers = request._get_param("logGroupIdentifiers")
    stated = [each for each in ([name] if name else None, names, identifiers) if each]
    if len(stated) != 1:
        raise InvalidParameterException("Specify exactly one of logGroupName, logGroupNames and logGroupIdentifiers.")
    wanted_names = [each.split(":log-group:")[-1].removesuffix(":*") for each in stated[0]]
    if len(wanted_names) > MOST_GROUPS:
        raise InvalidParameterException(f"At most {MOST_GROUPS} log groups can be queried.")
    groups = request.logs_backend.groups
    for each in wanted_names:
        if each not in groups:
            raise _unknown(request, each)
    return [groups[each] for each in wanted_names]


def _unknown(request: Any, name: str) -> ResourceNotFoundException:
    """With what AWS's service that runs queries is told by the one that has the groups."""
    call = f"Service: AWSLogs; Status Code: 400; Error Code: ResourceNotFoundException; Request ID: {uuid.uuid4()}"
    where = f"for account ID '{request.current_account}'"
    return ResourceNotFoundException(f"Log group '{name}' does not exist {where} ({call}; Proxy: null)")


def _results(request: Any) -> str:
    query = _query(request)
    answer = query.answer
    statistics = {
        "recordsMatched": float(answer.matched),
        "recordsScanned": float(answer.scanned),
        "bytesScanned": float(answer.size),
        "estimatedRecordsSkipped": 0.0,
        "estimatedBytesSkipped": 0.0,
        "logGroupsScanned": float(len(query.group_names)),
    }
    whole = {"results": answer.rows, "statistics": statistics, "status": query.status, "queryLanguage": "CWLI"}
    return json.dumps(whole)


def _stop(request: Any) -> str:
    """StopQuery; a query that already runs ends by itself."""
    query = _query(request)
    if query.status not in ("Scheduled", "Running"):
        raise InvalidParameterException(f"Query: {query.id} is in a terminal state: {query.status}")
    stopped, query.status = query.status == "Scheduled", "Cancelled" if query.status == "Scheduled" else query.status
    return json.dumps({"success": stopped})


def _describe(request: Any) -> str:
    """DescribeQueries, newest first."""
    group, status = request._get_param("logGroupName"), request._get_param("status")
    size, start = int(request._get_param("maxResults") or MOST_QUERIES), int(request._get_param("nextToken") or 0)
    matching = [
        _description(query)
        for query in reversed(list(_queries(request).values()))
        if group in (None, *query.group_names) and status in (None, query.status)
    ]
    more = {"nextToken": str(start + size)} if len(matching) > start + size else {}
    return json.dumps({"queries": matching[start : start + size], **more})


def _description(query: Query) -> dict[str, Any]:
    return {
        "queryLanguage": "CWLI",
        "queryId": query.id,
        "queryString": query.whole or query.text,
        "status": query.status,
        "createTime": int(query.created_at),
        "logGroupName": query.group_names[0],
    }


def _record(request: Any) -> str:
    """GetLogRecord: all fields of the event that a result's @ptr points to."""
    try:
        group_name, stream_name, number = base64.b64decode(request._get_param("logRecordPointer")).decode().split("\n")
    except (ValueError, binascii.Error) as error:
        raise InvalidParameterException("logRecordPointer is not valid.") from error
    group = request.logs_backend.groups.get(group_name)
    stream = group.streams.get(stream_name) if group else None
    event = next((each for each in stream.events if str(each.event_id) == number), None) if stream else None
    if event is None:
        raise ResourceNotFoundException("The log event does not exist.")
    own: Mapping[str, str] = {
        "@timestamp": str(event.timestamp),
        "@ingestionTime": str(event.ingestion_time),
        "@message": event.message,
        "@logStream": stream_name,
        "@log": f"{group.account_id}:{group_name}",
    }
    return json.dumps({"logRecord": {**own, **discovery.fields(group_name, event.message)}})


def _query(request: Any) -> Query:
    query = _queries(request).get(request._get_param("queryId"))
    if query is None:
        raise ResourceNotFoundException(f"Query {request._get_param('queryId')} does not exist")
    return query


def _remember(request: Any, query: Query) -> None:
    queries = _queries(request)
    queries[query.id] = query
    while len(queries) > MOST_QUERIES:
        queries.pop(next(iter(queries)))


def _queries(request: Any) -> dict[str, Query]:
    """Stored with moto's state of the account and region, and reset with it."""
    queries: dict[str, Query] = request.logs_backend.queries
    return queries
