"""A mapping's properties as its poller reads them, once per batch: an update takes effect with the next batch."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shoplib.localaws.event_sources import filters

FOREVER = -1


@dataclass(frozen=True)
class Settings:
    """Times are in seconds; -1 in `retries` or `record_age_s` and None in `concurrency` mean no limit."""

    function_arn: str
    source_arn: str
    batch_size: int
    window_s: float
    patterns: tuple[filters.Filter, ...]
    reports_item_failures: bool
    concurrency: int | None
    retries: int
    record_age_s: int
    bisects: bool
    parallelization: int
    tumbling_window_s: int
    on_failure: str | None

    @classmethod
    def of(cls, properties: Mapping[str, Any]) -> "Settings":
        """From a mapping's properties as the API returns them."""
        destination = (properties.get("DestinationConfig") or {}).get("OnFailure") or {}
        return cls(
            function_arn=properties["FunctionArn"],
            source_arn=properties["EventSourceArn"],
            batch_size=properties["BatchSize"],
            window_s=properties.get("MaximumBatchingWindowInSeconds") or 0,
            patterns=tuple(filters.parse(properties.get("FilterCriteria"))),
            reports_item_failures="ReportBatchItemFailures" in (properties.get("FunctionResponseTypes") or ()),
            concurrency=(properties.get("ScalingConfig") or {}).get("MaximumConcurrency"),
            retries=_limit(properties.get("MaximumRetryAttempts")),
            record_age_s=_limit(properties.get("MaximumRecordAgeInSeconds")),
            bisects=bool(properties.get("BisectBatchOnFunctionError")),
            parallelization=properties.get("ParallelizationFactor") or 1,
            tumbling_window_s=properties.get("TumblingWindowInSeconds") or 0,
            on_failure=destination.get("Destination"),
        )


def _limit(value: int | None) -> int:
    return FOREVER if value is None else value
