"""CloudWatch metrics of each resource, on the laptop and on real AWS. Per resource, never per caller."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

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


class Metric(NamedTuple):
    """A metric as CloudWatch tells it from others."""

    namespace: str
    name: str
    dimensions: frozenset[tuple[str, str]]

    @classmethod
    def of(cls, described: Mapping[str, Any]) -> "Metric":
        dimensions = frozenset((each["Name"], each["Value"]) for each in described.get("Dimensions", ()))
        return cls(described["Namespace"], described["MetricName"], dimensions)


class Query(NamedTuple):
    """One figure: a metric and a statistic of it, of the data in `unit` if there is one."""

    metric: Metric
    statistic: str
    unit: str = ""


class Alarms(NamedTuple):
    """Logical ids of the alarms in ALARM, and the metrics that any alarm watches."""

    ringing: frozenset[str]
    watched: frozenset[Metric]


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
    questions = list(_questions(target, stacks, ids, families))
    figures: dict[str, Metrics] = {node: {} for node, _ in questions}
    for (node, query), value in zip(questions, values(target, [query for _, query in questions], since), strict=True):
        if value is not None:
            figures[node][f"{query.metric.name} {query.statistic}"] = value
    return figures


def values(target: Target, queries: Sequence[Query], since: float | None = None) -> list[float | None]:
    """The figure of each query, of the same time as those of `read`; None where there was no data."""
    client, figures_by_place = target.client("cloudwatch"), dict[int, float]()
    for start in range(0, len(queries), MOST_QUERIES):
        answers = _answers(client, queries[start : start + MOST_QUERIES], since)
        figures_by_place |= {start + place: value for place, value in answers}
    return [figures_by_place.get(place) for place in range(len(queries))]


def alarms(target: Target, stacks: Iterable[Stack]) -> Alarms:
    """What the stacks' alarms say."""
    resources = [each for stack in stacks for each in stack.resources if each.physical_id]
    names = {each.physical_id: each.logical_id for each in resources}
    pages = target.client("cloudwatch").get_paginator("describe_alarms").paginate()
    own = [alarm for page in pages for alarm in page["MetricAlarms"] if alarm["AlarmName"] in names]
    ringing = frozenset(names[alarm["AlarmName"]] for alarm in own if alarm["StateValue"] == "ALARM")
    return Alarms(ringing, frozenset(Metric.of(each) for alarm in own for each in _watched(alarm)))


def _watched(alarm: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The metric of an alarm, or those in its expressions."""
    if "MetricName" in alarm:
        yield alarm
    yield from (query["MetricStat"]["Metric"] for query in alarm.get("Metrics", ()) if "MetricStat" in query)


def _questions(
    target: Target, stacks: Iterable[Stack], ids: Ids, families: Mapping[str, Family]
) -> Iterator[tuple[str, Query]]:
    for resource in (resource for stack in stacks for resource in stack.resources):
        family, id = families.get(resource.type), name_of(resource.physical_id or "")
        node = ids.get(key_of(resource.type, id))
        if family and node:
            name = target.client("apigateway").get_rest_api(restApiId=id)["name"] if "RestApi" in resource.type else id
            own = frozenset({(family.dimension, name)})
            for metric, statistic in family.metrics:
                yield node, Query(Metric(family.namespace, metric, own), statistic)


def _answers(client: Any, queries: Sequence[Query], since: float | None) -> Iterator[tuple[int, float]]:
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


def _query(index: int, query: Query, span: int) -> dict[str, Any]:
    namespace, name, dimensions = query.metric
    own = [{"Name": dimension, "Value": value} for dimension, value in sorted(dimensions)]
    metric = {"Namespace": namespace, "MetricName": name, "Dimensions": own}
    unit = {"Unit": query.unit} if query.unit else {}
    return {"Id": f"q{index}", "MetricStat": {"Metric": metric, "Period": span, "Stat": query.statistic, **unit}}
