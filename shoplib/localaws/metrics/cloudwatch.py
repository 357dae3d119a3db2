"""CloudWatch's metrics API on our store, in place of moto's list of data.

moto 5.2.5 keeps every datum for ever in one list that each question goes through, counts data of other combinations of
dimensions too, answers percentiles with nothing and metric math with an empty list.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from moto.cloudwatch.exceptions import InvalidParameterCombination, InvalidParameterValue, ValidationError
from moto.cloudwatch.models import CloudWatchBackend, MetricDatum
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult

from shoplib.localaws import engine_clock
from shoplib.localaws.metrics import answers, data_queries, data_requests, queries, statistics
from shoplib.localaws.metrics.data_queries import check_statistics, metric_of, period
from shoplib.localaws.metrics.histogram import Histogram
from shoplib.localaws.metrics.math_operators import Values
from shoplib.localaws.metrics.queries import Span
from shoplib.localaws.metrics.store import MINUTE, Metric, Store
from shoplib.localaws.moto_patches import after, before, replace_methods

PAGE = 500
_original_reset = CloudWatchBackend.reset
StoreOf = Callable[[str, str], Store]
Settle = Callable[[str, str, str], None]  # account, region, namespace


class CloudWatch:
    """The part of CloudWatch that takes and gives figures. `store_of` gives the store of an account and region;
    `settle` brings to it what was counted of a namespace so far, of all namespaces when that is empty."""

    def __init__(self, store_of: StoreOf, settle: Settle) -> None:
        self._store_of = store_of
        self._settle = settle

    def install(self) -> None:
        """Take over moto's metrics. Idempotent; the last one installed wins."""

        def put(backend: Any, namespace: str, metric_data: list[dict[str, Any]]) -> None:
            for number, datum in enumerate(metric_data):
                backend._validate_parameters_put_metric_data(datum, number + 1)
            store = self._store(backend)
            for datum in metric_data:
                _keep(store, namespace, datum)

        def get_data(backend: Any, queries: Any, start_time: Any, end_time: Any, scan_by: str = "") -> Any:
            return self._data(backend, queries, start_time, end_time, scan_by)

        def get_statistics(response: Any) -> ActionResult:
            return self._statistics(response)

        def list_metrics(
            backend: Any, next_token: str | None, namespace: str, metric_name: str, dimensions: Any
        ) -> Any:
            return self._list(backend, next_token, (namespace, metric_name, dimensions))

        def reset(backend: Any) -> None:
            self._store(backend).clear()
            _original_reset(backend)

        replace_methods(CloudWatchBackend, put_metric_data=put, get_metric_data=get_data, list_metrics=list_metrics)
        replace_methods(CloudWatchBackend, reset=reset)
        replace_methods(CloudWatchResponse, get_metric_statistics=get_statistics)
        before(CloudWatchResponse, "put_metric_data", data_requests.check)
        before(CloudWatchResponse, "put_insight_rule", _refuse_rule)
        after(CloudWatchResponse, "get_metric_data", answers.turn_page)

    def results(
        self, backend: Any, requests: Sequence[Mapping[str, Any]], start: datetime, end: datetime
    ) -> dict[str, Values]:
        """The values of every query by id and second."""
        return data_queries.results(partial(self._with_storage_metrics, backend), requests, start, end)

    def _store(self, backend: Any) -> Store:
        return self._store_of(backend.account_id, backend.region_name)

    def _statistics(self, response: Any) -> ActionResult:
        plain = response._get_param("Statistics", []) or []
        extended = response._get_param("ExtendedStatistics", []) or []
        if not plain and not extended:
            raise InvalidParameterCombination("Must specify either Statistics or ExtendedStatistics")
        check_statistics([*plain, *extended])
        start, end = response._get_param("StartTime"), response._get_param("EndTime")
        if start >= end:
            raise InvalidParameterValue("The parameter StartTime must be less than the parameter EndTime.")
        metric = metric_of(
            response._get_param("Namespace"), response._get_param("MetricName"), response._get_param("Dimensions", [])
        )
        span = Span.of(start, end, period(response._get_int_param("Period")))
        store = self._with_storage_metrics(response.cloudwatch_backend, metric)
        points = queries.points(store, metric, span, response._get_param("Unit"))
        datapoints = [_datapoint(point, plain, extended) for point in points]
        return ActionResult({"Label": metric.name, "Datapoints": datapoints})

    def _data(self, backend: Any, requests: list[dict[str, Any]], start: datetime, end: datetime, scan_by: str) -> Any:
        if start >= end:
            raise ValidationError("The parameter EndTime must be greater than StartTime.")
        results = self.results(backend, requests, start, end)
        descending = scan_by != "TimestampAscending"
        store_of = partial(self._with_storage_metrics, backend)
        return [
            _result(query, requests, sorted(results[query["Id"]].items(), reverse=descending))
            | answers.messages(data_queries.units_of(store_of, query, start, end))
            for query in requests
            if query.get("ReturnData", True)
        ]

    def _list(self, backend: Any, next_token: str | None, criteria: tuple[Any, ...]) -> Any:
        """One page; the token is the place of the next one."""
        if next_token and not next_token.isdigit():
            raise InvalidParameterValue("Request parameter NextToken is invalid")
        self._settle(backend.account_id, backend.region_name, "")
        own = dict.fromkeys(_metric_of(datum) for datum in backend.aws_metric_data)
        metrics = queries.matching([*self._store(backend).metrics(), *own], *criteria)
        begin = int(next_token or 0)
        following = str(begin + PAGE) if len(metrics) > begin + PAGE else None
        return following, [_to_metric(metric) for metric in metrics[begin : begin + PAGE]]

    def _with_storage_metrics(self, backend: Any, metric: Metric) -> Store:
        """moto computes the sizes of buckets when they are asked for."""
        if metric.namespace != "AWS/S3":
            self._settle(backend.account_id, backend.region_name, metric.namespace)
            return self._store(backend)
        store = Store()
        for datum in backend.aws_metric_data:
            store.add(_metric_of(datum), _seconds(datum.timestamp), datum.value, unit=datum.unit or queries.UNITLESS)
        return store


def _keep(store: Store, namespace: str, datum: Mapping[str, Any]) -> None:
    cell = Histogram()
    if datum.get("Values"):
        counts = datum.get("Counts") or [1] * len(datum["Values"])
        for value, count in zip(datum["Values"], counts, strict=True):
            cell.add(float(value), float(count))
    elif datum.get("StatisticValues"):
        statistics_set = datum["StatisticValues"]
        cell.add_set(*(float(statistics_set[name]) for name in ("SampleCount", "Sum", "Minimum", "Maximum")))
    else:
        cell.add(float(datum.get("Value", 0)))
    metric = metric_of(namespace, datum["MetricName"], datum.get("Dimensions") or [])
    resolution = 1 if datum.get("StorageResolution") == 1 else MINUTE
    store.add_cell(
        metric,
        _seconds(datum.get("Timestamp")),
        cell,
        unit=datum.get("Unit") or queries.UNITLESS,
        resolution=resolution,
    )


def _metric_of(datum: MetricDatum) -> Metric:
    return Metric.of(datum.namespace, datum.name, {str(each.name): str(each.value) for each in datum.dimensions})


def _to_metric(metric: Metric) -> Any:
    """As moto's serializer reads metrics."""
    dimensions: Any = [{"Name": name, "Value": value} for name, value in sorted(metric.dimensions)]
    return MetricDatum(metric.namespace, metric.name, 0.0, dimensions, None)


def _datapoint(point: queries.Point, plain: list[str], extended: list[str]) -> dict[str, Any]:
    answer: dict[str, Any] = {"Timestamp": point.timestamp, "Unit": point.unit}
    answer |= {name: statistics.value(name, point.cell) for name in plain}
    percentiles = {name: statistics.value(name, point.cell) for name in extended}
    known = {name: value for name, value in percentiles.items() if value is not None}
    return answer | ({"ExtendedStatistics": known} if known else {})


def _result(
    query: Mapping[str, Any], requests: Sequence[Mapping[str, Any]], series: list[tuple[int, float]]
) -> dict[str, Any]:
    return {
        "id": query["Id"],
        "label": answers.label(query, requests, sorted(series)),
        "timestamps": [datetime.fromtimestamp(second, UTC).replace(tzinfo=None) for second, _ in series],
        "values": [value for _, value in series],
        "status_code": "Complete",
    }


def _seconds(moment: datetime | None) -> float:
    if moment is None:
        return engine_clock.now()
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _refuse_rule(*_: Any) -> None:
    """Contributor Insights: nothing here would count contributors."""
    raise NotImplementedError("cloudwatch:PutInsightRule")
