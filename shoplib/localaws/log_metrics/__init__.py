"""Metrics from log events: metric filters and the embedded metric format. See README.md."""

from shoplib.localaws.log_metrics.service import LogMetrics

__all__ = ["LogMetrics"]
