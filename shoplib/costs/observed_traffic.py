"""Observed traffic: the calls that the local AWS recorded, and CloudWatch metrics of their sizes."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from shoplib.architecture.identity import Ids, key, key_of
from shoplib.architecture.runs import cloudwatch, observed
from shoplib.architecture.runs.cloudwatch import Family, Metrics
from shoplib.architecture.runs.live import Verdict
from shoplib.architecture.runs.observed import Use
from shoplib.costs import usage as counting
from shoplib.costs.bill import Traffic
from shoplib.costs.given_traffic import silent
from shoplib.costs.price_table import PriceTable
from shoplib.costs.resources import Resource, Resources
from shoplib.costs.usage import FUNCTION, MACHINE, QUEUE, STREAM, TABLE, TOPIC, Usage, exact

if TYPE_CHECKING:
    from shoplib.provision import Stack, Target

READS = ("GetItem", "BatchGetItem", "Query", "Scan", "PartiQLSelect")
APIS = ("AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api")
LOGS, LOG_EVENT_BYTES = "CloudWatch Logs", 26  # that AWS adds to each event
SIZES: Mapping[str, Family] = {
    QUEUE: Family("AWS/SQS", "QueueName", (("SentMessageSize", "Average"),)),
    STREAM: Family("AWS/Kinesis", "StreamName", (("IncomingBytes", "Sum"), ("IncomingRecords", "Sum"))),
    TABLE: Family(
        "AWS/DynamoDB", "TableName", (("ConsumedReadCapacityUnits", "Sum"), ("ConsumedWriteCapacityUnits", "Sum"))
    ),
}
Quantities = dict[str, Decimal]
ZERO = Decimal(0)


class Run:
    """Data of a run besides its connections: sizes by node, and the number of reads and writes of each table by all
    callers.
    """

    def __init__(self, target: "Target", stacks: "list[Stack]", ids: Ids) -> None:
        self.target, self.stacks, self.ids = target, stacks, ids
        rows, self.since = observed.connections(target)
        self.sizes: Mapping[str, Metrics] = cloudwatch.read(target, stacks, ids, self.since, SIZES)
        self.table_calls = _table_calls(rows, ids)

    def size(self, node: str, metric: str) -> Decimal:
        return exact(self.sizes.get(node, {}).get(metric, 0))

    def kb_of_record(self, stream: str) -> Decimal:
        records = self.size(stream, "IncomingRecords Sum")
        return self.size(stream, "IncomingBytes Sum") / 1024 / records if records else ZERO

    def units(self, table: str, is_read: bool, calls: int) -> Decimal:
        """These calls' share of the table's consumed capacity units."""
        all_calls = self.table_calls.get((table, is_read), 0)
        consumed = self.size(table, f"Consumed{'Read' if is_read else 'Write'}CapacityUnits Sum")
        return consumed * calls / all_calls if all_calls else ZERO


def _table_calls(rows: Iterable[Mapping[str, Any]], ids: Ids) -> dict[tuple[str, bool], int]:
    counts: dict[tuple[str, bool], int] = {}
    for row in rows:
        node = ids.get(key(row["service"], row["resource"])) if row["service"] == "dynamodb" else None
        if node:
            place = node, row["operation"] in READS
            counts[place] = counts.get(place, 0) + row["calls"]
    return counts


def traffic(
    verdicts: Iterable[Verdict], run: Run, logs: list[Usage], resources: Resources, table: PriceTable
) -> Traffic:
    """The usage of the connections in billed units, with the `logs` that functions wrote."""
    usages: list[Usage] = list(logs)
    requests: dict[str, Decimal] = {}
    unpriced: list[str] = []
    for verdict in (verdict for verdict in verdicts if verdict.use):
        use, edge = verdict.use or Use(), verdict.edge
        resource = resources.get(edge.target)
        if edge.kind == "event" and edge.source in resources:
            usages += _deliveries(resources[edge.source], edge.target, use, run)
        count = _COUNTS.get(resource.type) if resource else None
        if resource is None or count is None:
            what = resource.type if resource else "not of these stacks"
            unpriced.append(f"{edge.source} -> {edge.target} ({what}): {use.count:,} calls")
            continue
        usages += counting.usages(edge.source, edge.target, resource, count(resource, use, run))
        if edge.kind != "event":
            requests[edge.target] = requests.get(edge.target, ZERO) + use.count
    seen = {usage.resource.id for usage in usages}
    return Traffic(tuple(usages), requests, tuple(unpriced), tuple(silent(resources, table, seen)))


def _function(resource: Resource, use: Use, run: Run) -> Quantities:
    """Durations are rounded up to the next millisecond; failed invocations are billed, too."""
    ms = sum((counting.rounded_up(exact(value)) * exact(times) for value, times in use.latencies.items()), ZERO)
    return counting.of_function(resource, Decimal(use.invocations), ms)


def _api(resource: Resource, use: Use, run: Run) -> Quantities:
    return {"requests": Decimal(use.count)}


def _table(resource: Resource, use: Use, run: Run) -> Quantities:
    if not counting.is_on_demand(resource):
        return {}  # its capacity is paid by the hour
    reads = sum(calls for name, calls in use.requests.items() if name in READS)
    writes = use.requests.total() - reads
    return {"reads": run.units(resource.id, True, reads), "writes": run.units(resource.id, False, writes)}


def _queue(resource: Resource, use: Use, run: Run) -> Quantities:
    """One request for each 64 KB of a batch."""
    sent = use.requests["SendMessage"]
    kb = run.size(resource.id, "SentMessageSize Average") / 1024 * use.count / max(sent, 1)
    return {"requests": counting.chunks(Decimal(sent), kb)["requests"] + use.requests.total() - sent}


def _stream(resource: Resource, use: Use, run: Run) -> Quantities:
    return counting.of_stream(resource, Decimal(use.count), run.kb_of_record(resource.id))


def _bucket(resource: Resource, use: Use, run: Run) -> Quantities:
    """Requests to a bucket; DELETE is free."""
    puts = sum(calls for name, calls in use.requests.items() if fnmatchcase(name, "[PL][ui]*"))
    deletes = sum(calls for name, calls in use.requests.items() if name.startswith("Delete"))
    return {"puts": Decimal(puts), "gets": Decimal(use.requests.total() - puts - deletes)}


def _requests(resource: Resource, use: Use, run: Run) -> Quantities:
    return {"requests": Decimal(use.requests.total())}


def _events(resource: Resource, use: Use, run: Run) -> Quantities:
    return {"events": Decimal(use.count)}


def _emails(resource: Resource, use: Use, run: Run) -> Quantities:
    return {"emails": Decimal(use.count)}


def _machine(resource: Resource, use: Use, run: Run) -> Quantities:
    """Executions are observed, but not their state transitions, so a standard state machine is listed as unpriced."""
    return {"requests": Decimal(use.count)}


_COUNTS: Mapping[str, Callable[[Resource, Use, Run], Quantities]] = {
    FUNCTION: _function,
    TABLE: _table,
    QUEUE: _queue,
    STREAM: _stream,
    TOPIC: _requests,
    MACHINE: _machine,
    "AWS::S3::Bucket": _bucket,
    "AWS::SecretsManager::Secret": _requests,
    "AWS::Events::EventBus": _events,
    "AWS::SES::EmailIdentity": _emails,
    **dict.fromkeys(APIS, _api),
}


def _deliveries(source: Resource, reader: str, use: Use, run: Run) -> list[Usage]:
    """Usage of the polled queue or stream: one receive and one batch delete per invocation."""
    if source.type == QUEUE:
        quantities = {"requests": Decimal(2 * use.invocations)}
    elif source.type == STREAM:
        quantities = counting.of_stream_reader(
            source, run.size(source.id, "IncomingRecords Sum"), run.kb_of_record(source.id)
        )
    else:
        quantities = {}  # a function reads a table's stream free of charge
    return counting.usages(source.id, reader, source, quantities)


def logs_of(run: Run, resources: Resources) -> list[Usage]:
    """The data that each function's log group ingested during the run."""
    usages: list[Usage] = []
    for each in (each for stack in run.stacks for each in stack.resources if each.type == FUNCTION):
        resource = resources.get(run.ids.get(key_of(each.type, each.physical_id), ""))
        if resource:
            gb = Decimal(_logged_bytes(run, each.physical_id)) / (1024**3)
            usages += counting.usages(resource.id, LOGS, resource, {"log_gb": gb, "log_gb_months": gb})
    return usages


def _logged_bytes(run: Run, function: str) -> int:
    client, start = run.target.client("logs"), int((run.since or 0) * 1000)
    group = f"/aws/lambda/{function}"
    if not client.describe_log_groups(logGroupNamePrefix=group)["logGroups"]:
        return 0
    pages = client.get_paginator("filter_log_events").paginate(logGroupName=group, startTime=start)
    return sum(len(event["message"].encode()) + LOG_EVENT_BYTES for page in pages for event in page["events"])
