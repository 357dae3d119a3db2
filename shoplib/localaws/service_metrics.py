"""The one way in which a service of the engine publishes figures to CloudWatch."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from moto.cloudwatch.models import cloudwatch_backends

Place = tuple[str, str]  # account, region
NO_UNITS: Mapping[str, str] = {}


def publish(
    place: Place,
    namespace: str,
    values: Mapping[str, float | Sequence[float]],
    dimensions: Mapping[str, str],
    *,
    units: Mapping[str, str] = NO_UNITS,
    at: float | None = None,
) -> None:
    """One datum per name in `values` (a list counts each of its values), at the time `at` (now).

    Units are Count unless `units` says so.
    """
    account_id, region = place
    own = [{"Name": name, "Value": value} for name, value in dimensions.items()]
    data = [
        {"MetricName": name, "Dimensions": own, "Unit": units.get(name, "Count"), **_moment(at), **_value(value)}
        for name, value in values.items()
    ]
    cloudwatch_backends[account_id][region].put_metric_data(namespace, data)


def _value(value: float | Sequence[float]) -> dict[str, Any]:
    return {"Values": list(value)} if isinstance(value, Sequence) else {"Value": float(value)}


def _moment(at: float | None) -> dict[str, Any]:
    return {} if at is None else {"Timestamp": datetime.fromtimestamp(at, UTC).replace(tzinfo=None)}
