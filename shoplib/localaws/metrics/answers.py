"""What GetMetricData says of its results: their labels, and one page of their datapoints."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from moto.cloudwatch.exceptions import InvalidParameterValue

MOST_DATAPOINTS = 100_800
PLACEHOLDER = re.compile(r"\$\{\s*([A-Z_]+)(?:\(\s*['\"]([^'\"]+)['\"]\s*\))?\s*\}")
Points = Sequence[tuple[int, float]]  # in the order of time
Result = dict[str, Any]


def messages(units: Sequence[str]) -> Result:
    """What AWS tells of a query whose data has several units."""
    text = f"Multiple units returned: '[{', '.join(units)}]'"
    return {"messages": [{"code": "MultipleUnits", "value": text}]} if len(units) > 1 else {}


def label(query: Mapping[str, Any], requests: Sequence[Mapping[str, Any]], points: Points) -> str:
    """With its placeholders filled in (`${MAX}`, `${LAST_TIME}`, `${PROP('MetricName')}`); others stay."""
    stat = query.get("MetricStat")
    text = query.get("Label") or (_name(stat, requests) if stat else query["Id"])
    return PLACEHOLDER.sub(lambda match: _value(match, stat or {}, points), text)


def _name(stat: Mapping[str, Any], requests: Sequence[Mapping[str, Any]]) -> str:
    """The metric's, with the statistic and the period where those of the request's metrics differ."""
    stats = [each["MetricStat"] for each in requests if "MetricStat" in each]
    differing = [str(stat[name]) for name in ("Stat", "Period") if len({str(each[name]) for each in stats}) > 1]
    return " ".join([stat["Metric"]["MetricName"], *differing])


def _value(match: re.Match[str], stat: Mapping[str, Any], points: Points) -> str:
    name, argument = match.groups()
    if name == "PROP" and argument:
        return _property(stat, argument)
    known = {"DATAPOINT_COUNT": str(len(points))} | (_figures(points) if points else {})
    return known.get(name, "--" if not points else match[0])


def _figures(points: Points) -> dict[str, str]:
    values = [value for _, value in points]
    low, high = min(points, key=lambda point: point[1]), max(points, key=lambda point: point[1])
    single = {"FIRST": points[0], "LAST": points[-1], "MIN": low, "MAX": high}
    sums = {"SUM": sum(values), "AVG": sum(values) / len(values)}
    numbers = {name: value for name, (_, value) in single.items()} | sums
    times = {f"{name}_TIME": _moment(second) for name, (second, _) in single.items()}
    return {name: f"{value:.10g}" for name, value in numbers.items()} | times


def _property(stat: Mapping[str, Any], name: str) -> str:
    metric = stat.get("Metric", {})
    if name.startswith("Dim."):
        dimensions = {each["Name"]: each["Value"] for each in metric.get("Dimensions") or []}
        return str(dimensions.get(name.removeprefix("Dim."), ""))
    known = {**metric, "Stat": stat.get("Stat"), "Period": stat.get("Period")}
    return str(known.get(name, ""))


def _moment(second: int) -> str:
    return f"{datetime.fromtimestamp(second, UTC):%Y-%m-%dT%H:%M:%SZ}"


def turn_page(answer: Any, request: Any) -> None:
    """Leave so many datapoints in the answer as are asked for, from the place of the token on."""
    parameters = request._get_params()
    token, most = parameters.get("NextToken") or "0", int(parameters.get("MaxDatapoints") or MOST_DATAPOINTS)
    if not token.isdigit():
        raise InvalidParameterValue("Request parameter NextToken is invalid")
    if not 0 < most <= MOST_DATAPOINTS:
        raise InvalidParameterValue(f"The parameter MaxDatapoints must be between 1 and {MOST_DATAPOINTS}.")
    answer.result["Messages"] = []
    begin, passed = int(token), 0
    for result in answer.result["MetricDataResults"]:
        count = len(result["values"])
        _cut(result, max(0, begin - passed), max(0, begin + most - passed))
        passed += count
    if passed > begin + most:
        answer.result["NextToken"] = str(begin + most)


def _cut(result: Result, begin: int, end: int) -> None:
    if end < len(result["values"]):
        result["status_code"] = "PartialData"
    for name in ("values", "timestamps"):
        result[name] = result[name][begin:end]
