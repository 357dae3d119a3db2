"""What PutMetricData refuses before anything is kept."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from moto.cloudwatch.exceptions import InvalidParameterCombination, InvalidParameterValue, ValidationError

from shoplib.localaws import engine_clock
from shoplib.localaws.model_constraints import breaches

OWN_TO_AWS = "AWS/"
MOST_DATA, MOST_VALUES = 1_000, 150
OLDEST_S, NEWEST_S = 14 * 86_400, 7_200
LARGEST = 2.0**360


def check(request: Any) -> None:
    """In CloudWatch's words."""
    parameters = request._get_params()
    if objection := breaches("cloudwatch", "PutMetricData", parameters):
        raise ValidationError(objection)
    if parameters["Namespace"].startswith(OWN_TO_AWS):
        raise InvalidParameterValue(f"The value {parameters['Namespace']} for parameter Namespace is invalid.")
    data = parameters.get("MetricData") or []
    if not data:
        raise ValidationError("The parameter MetricData is required.")
    _check_size("MetricData", data, MOST_DATA)
    for number, datum in enumerate(data, 1):
        _check_datum(f"MetricData.member.{number}", datum)


def _check_datum(path: str, datum: Mapping[str, Any]) -> None:
    _check_size(f"{path}.Values", datum.get("Values") or [], MOST_VALUES)
    stated = [name for name in ("Value", "Values", "StatisticValues") if datum.get(name) is not None]
    if len(stated) > 1:
        first, second = (f"{path}.{name}" for name in stated[:2])
        raise InvalidParameterCombination(
            f"The parameters {first} and {second} are mutually exclusive and you have specified both."
        )
    if not stated:
        raise ValidationError(f"One of {path}.Value, {path}.Values and {path}.StatisticValues is required.")
    if datum.get("StorageResolution") not in (None, 1, 60):
        raise InvalidParameterValue(f"The parameter {path}.StorageResolution must be 1 or 60.")
    for value in _values(datum):
        if not math.isfinite(value) or abs(value) > LARGEST:
            raise InvalidParameterValue(f"The value {value} for parameter {path}.Value is invalid.")
    _check_time(path, datum.get("Timestamp"))


def _values(datum: Mapping[str, Any]) -> list[float]:
    statistics = datum.get("StatisticValues") or {}
    single = [datum["Value"]] if datum.get("Value") is not None else []
    return [float(value) for value in (*single, *(datum.get("Values") or []), *statistics.values())]


def _check_time(path: str, moment: datetime | None) -> None:
    if moment is None:
        return
    second, now = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp(), engine_clock.now()
    if second > now + NEWEST_S:
        raise InvalidParameterValue(f"The parameter {path}.Timestamp must specify a time within the next two hours.")
    if second < now - OLDEST_S:
        raise InvalidParameterValue(f"The parameter {path}.Timestamp must specify a time within the past two weeks.")


def _check_size(path: str, collection: Any, most: int) -> None:
    if len(collection) > most:
        raise InvalidParameterValue(f"The collection {path} must not have a size greater than {most}.")
