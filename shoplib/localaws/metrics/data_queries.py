"""The MetricDataQueries of GetMetricData, of alarms and of dashboards: metrics first, then expressions over them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from moto.cloudwatch.exceptions import InvalidParameterValue, ValidationError

from shoplib.localaws.metrics import metric_math, queries, statistics
from shoplib.localaws.metrics.math_operators import UnsupportedExpression, Values
from shoplib.localaws.metrics.metric_math import Known
from shoplib.localaws.metrics.queries import Span
from shoplib.localaws.metrics.store import MINUTE, Metric, Store

Query = Mapping[str, Any]
StoreOfMetric = Callable[[Metric], Store]
HIGH_RESOLUTIONS = (1, 5, 10, 20, 30)


def results(store_of: StoreOfMetric, requests: Sequence[Query], start: datetime, end: datetime) -> dict[str, Values]:
    """Every query's values by id and second. Raises ValidationError, InvalidParameterValue."""
    known = {each["Id"]: _series(store_of, each["MetricStat"], start, end) for each in requests if "MetricStat" in each}
    metrics, expressions = tuple(known), {each["Id"]: parse(each) for each in requests if "MetricStat" not in each}
    span = Span.of(start, end, _shortest_period(requests))
    grid = range(span.start, int(span.end), span.period)
    while expressions:
        ready = [name for name, expression in expressions.items() if metric_math.names(expression) <= set(known)]
        if not ready:
            raise ValidationError(f"The expression of {next(iter(expressions))} names an id that does not exist.")
        for name in ready:
            known[name] = _evaluate(expressions.pop(name), Known(known, metrics, grid, span.period))
    return known


def check_queries(requests: Sequence[Query]) -> None:
    """What can be said of queries without data. Raises ValidationError, InvalidParameterValue."""
    for each in requests:
        if "MetricStat" in each:
            check_statistics([each["MetricStat"]["Stat"]])
    ids = {each["Id"] for each in requests}
    for expression in [parse(each) for each in requests if "MetricStat" not in each]:
        if unknown := metric_math.names(expression) - ids:
            raise ValidationError(f"An expression names {', '.join(sorted(unknown))}, which is not the id of a query.")


def parse(query: Query) -> Any:
    text = query["Expression"]
    if text.upper().lstrip().startswith(("SELECT", "SEARCH")):
        raise ValidationError(f"{text.split('(')[0].split()[0]} expressions are not supported by the local AWS.")
    try:
        expression = metric_math.parse(text)
        metric_math.check(expression)
    except UnsupportedExpression as error:
        raise ValidationError(f"Error in expression '{query['Id']}': {error}.") from error
    return expression


def metric_of(namespace: str, name: str, dimensions: Sequence[Mapping[str, str]] | None) -> Metric:
    return Metric.of(namespace, name, {each["Name"]: each["Value"] for each in dimensions or []})


def check_statistics(names: Sequence[str]) -> None:
    for name in names:
        try:
            statistics.check(name)
        except statistics.UnsupportedStatistic as error:
            raise InvalidParameterValue(str(error)) from error


def period(seconds: int | None) -> int:
    if not seconds or seconds < 1 or (seconds not in HIGH_RESOLUTIONS and seconds % MINUTE):
        raise InvalidParameterValue("The parameter Period must be 1, 5, 10, 20, 30, or a multiple of 60.")
    return seconds


def _metric(stat: Mapping[str, Any]) -> Metric:
    described = stat["Metric"]
    return metric_of(described["Namespace"], described["MetricName"], described.get("Dimensions"))


def _series(store_of: StoreOfMetric, stat: Mapping[str, Any], start: datetime, end: datetime) -> Values:
    metric = _metric(stat)
    check_statistics([stat["Stat"]])
    span = Span.of(start, end, period(int(stat["Period"])))
    return queries.values(store_of(metric), metric, span, stat["Stat"], stat.get("Unit"))


def units_of(store_of: StoreOfMetric, query: Query, start: datetime, end: datetime) -> list[str]:
    """Of the data from which a query without a unit takes one; nothing for other queries."""
    stat = query.get("MetricStat")
    if not stat or stat.get("Unit"):
        return []
    metric = _metric(stat)
    return queries.units(store_of(metric), metric, Span.of(start, end, int(stat["Period"])))


def _shortest_period(requests: Sequence[Query]) -> int:
    stated = [each.get("MetricStat", each).get("Period") for each in requests]
    return min((int(each) for each in stated if each), default=MINUTE)


def _evaluate(expression: Any, known: Known) -> Values:
    try:
        return metric_math.evaluate(expression, known)
    except UnsupportedExpression as error:
        raise ValidationError(f"Error in expression: {error}.") from error
