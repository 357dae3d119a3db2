"""Logs and metrics of a handler: Powertools, made on the first call because its constructors read the environment."""

import logging
import os
from collections.abc import Callable
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics, single_metric
from aws_lambda_powertools.logging.utils import copy_config_to_registered_loggers
from aws_lambda_powertools.metrics import MetricUnit

NAMESPACE = "Shop"
EVENTS_LOGGER = "shoplib.core.events"
# The shopper's own id of the request if there is one, whatever the case of the header; else the gateway's.
HTTP_CORRELATION = 'headers."x-correlation-id" || headers."X-Correlation-Id" || requestContext.requestId'

Handler = Callable[[Any, Any], Any]


@cache
def logger() -> Logger:
    """The function's JSON logger; its service is POWERTOOLS_SERVICE_NAME."""
    json_logger = Logger()
    logging.getLogger(EVENTS_LOGGER)
    copy_config_to_registered_loggers(source_logger=json_logger, include={EVENTS_LOGGER})
    return json_logger


@cache
def metrics() -> Metrics:
    """The function's metrics, written as EMF log lines in the namespace Shop."""
    return Metrics(namespace=NAMESPACE)


def trace_headers() -> dict[str, str]:
    """What a call over HTTPS needs to stay on the trace of this invocation; AWS's clients add it by themselves."""
    header = os.environ.get("_X_AMZN_TRACE_ID")
    return {"X-Amzn-Trace-Id": header} if header else {}


def count(name: str, value: float = 1, unit: MetricUnit = MetricUnit.Count) -> None:
    """Adds to a metric of this invocation."""
    metrics().add_metric(name=name, unit=unit, value=value)


def count_of_function(name: str, called: str = "") -> None:
    """Adds one to a metric of this function alone, so that an alarm can be its own and a picture of a run shows it; of
    the function's calls to another one, when that is `called`."""
    with single_metric(name=name, unit=MetricUnit.Count, value=1, namespace=NAMESPACE) as metric:
        # Powertools would add the service as a dimension: another metric than the one that an alarm watches.
        metric.service = ""
        metric.add_dimension(name="function_name", value=os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "none"))
        if called:
            metric.add_dimension(name="called", value=called)


def instrument(function: Handler, correlation_id_path: str | None = None) -> Handler:
    """`function` with the request's ids on every log line and its metrics written at the end, also after an error."""

    @cache
    def with_logging() -> Handler:
        return logger().inject_lambda_context(function, clear_state=True, correlation_id_path=correlation_id_path)

    def handler(event: Any, context: Any) -> Any:
        try:
            return with_logging()(event, context)
        finally:
            # Powertools warns about an invocation without metrics, which is the normal case here.
            if metrics().metric_set:
                metrics().flush_metrics()

    return handler
