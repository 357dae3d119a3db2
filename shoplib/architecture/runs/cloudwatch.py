"""CloudWatch metrics of each resource, on the laptop and on real AWS. Per resource, never per caller."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from shoplib.architecture.identity import Ids, key_of, name_of
from shoplib.provision import Stack, Target

Metrics = dict[str, float]  # "Invocations Sum": value; absent where there was no data
MOST_QUERIES = 500  # of one GetMetricData call
MINUTE, MOST_S = 60, 3 * 3600


@dataclass(frozen=True)
class Family:
    """The metrics of a resource type and the dimension by which its resources are told apart."""

    namespace: str
    dimension: str
    metrics: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Query:
    """One figure: a metric of a node's resource and a statistic of it."""

    node: str
    family: Family
    name: str
    metric: str
    statistic: str


LATENCY = (("Latency", "p50"), ("Latency", "p95"))
FAMILIES: Mapping[str, Family] = {
    "AWS::Lambda::Function": Family(
        "AWS/Lambda",
        "FunctionName",
        (
            ("Invocations", "Sum"),
            ("Errors", "Sum"),
            ("Throttles", "Sum"),
            ("Duration", "p50"),
            ("Duration", "p95"),
            ("IteratorAge", "Maximum"),
        ),
    ),
    "AWS::SQS::Queue": Family(
        "AWS/SQS",
        "QueueName",
        (("NumberOfMessagesSent", "Sum"), ("ApproximateNumberOfMessagesVisible", "Maximum")),
    ),
    "AWS::Kinesis::Stream": Family("AWS/Kinesis", "StreamName", (("IncomingRecords", "Sum"),)),
    "AWS::ApiGatewayV2::Api": Family(
        "AWS/ApiGateway", "ApiId", (("Count", "Sum"), ("4xx", "Sum"), ("5xx", "Sum"), *LATENCY)
    ),
    "AWS::ApiGateway::RestApi": Family(
        "AWS/ApiGateway", "ApiName", (("Count", "Sum"), ("4XXError", "Sum"), ("5XXError", "Sum"), *LATENCY)
    ),
}


def read(
    target: Target,
    stacks: Iterable[Stack],
    ids: Ids,
    since: float | None = None,
    families: Mapping[str, Family] = FAMILIES,
) -> dict[str, Metrics]:
    """Figures by node, of the minutes from `since` (seconds since 1970), by default of three hours; none of a node that
    was asked for and did nothing. A percentile is over the whole span, not a mean of minutes."""
    queries = list(_questions(target, stacks, ids, families))
    client = target.client("cloudwatch")
    figures: dict[str, Metrics] = {entry.node: {} for entry in queries}
    for start in range(0, len(queries), MOST_QUERIES):
        part = queries[start : start + MOST_QUERIES]
        for index, value in _answers(client, part, since):
            entry = part[index]
            figures[entry.node][f"{entry.metric} {entry.statistic}"] = value
    return figures


def alarms(target: Target, stacks: Iterable[Stack]) -> frozenset[str]:
    """Logical ids of the stacks' alarms that are in ALARM."""
    pages = target.client("cloudwatch").get_paginator("describe_alarms").paginate(StateValue="ALARM")
    names = {alarm["AlarmName"] for page in pages for alarm in page["MetricAlarms"]}
    resources = [resource for stack in stacks for resource in stack.resources]
    return frozenset(each.logical_id for each in resources if (each.physical_id or "") in names)


def _questions(target: Target, stacks: Iterable[Stack], ids: Ids, families: Mapping[str, Family]) -> Iterator[Query]:
    for resource in (resource for stack in stacks for resource in stack.resources):
        family, id = families.get(resource.type), name_of(resource.physical_id or "")
        node = ids.get(key_of(resource.type, id))
        if family and node:
            name = target.client("apigateway").get_rest_api(restApiId=id)["name"] if "RestApi" in resource.type else id
            yield from (Query(node, family, name, metric, statistic) for metric, statistic in family.metrics)


def _answers(client: Any, queries: list[Query], since: float | None) -> Iterator[tuple[int, float]]:
    """Place of the question and value, where there was any. The end lies ahead, so that this minute counts."""
    end = (datetime.now(UTC) + timedelta(minutes=1)).replace(second=0, microsecond=0)
    span = MOST_S if since is None else min(MOST_S, int(end.timestamp() - since // MINUTE * MINUTE))
    pages = client.get_paginator("get_metric_data").paginate(
        MetricDataQueries=[_query(index, entry, span) for index, entry in enumerate(queries)],
        StartTime=end - timedelta(seconds=span),
        EndTime=end,
    )
    for result in (result for page in pages for result in page["MetricDataResults"] if result["Values"]):
        index, values = int(result["Id"][1:]), result["Values"]
        yield index, sum(values) if queries[index].statistic == "Sum" else max(values)


def _query(index: int, entry: Query, span: int) -> dict[str, Any]:
    dimensions = [{"Name": entry.family.dimension, "Value": entry.name}]
    metric = {"Namespace": entry.family.namespace, "MetricName": entry.metric, "Dimensions": dimensions}
    return {"Id": f"q{index}", "MetricStat": {"Metric": metric, "Period": span, "Stat": entry.statistic}}
