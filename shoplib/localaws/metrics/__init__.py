"""CloudWatch's figures, kept per minute and asked for as on AWS; Lambda's own among them. See README.md."""

from shoplib.localaws.metrics.data_queries import check_queries
from shoplib.localaws.metrics.service import Metrics

__all__ = ["Metrics", "check_queries"]
