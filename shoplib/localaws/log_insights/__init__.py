"""CloudWatch Logs Insights: its query language over log events, on DuckDB. See README.md."""

from shoplib.localaws.log_insights.api import LogInsights

__all__ = ["LogInsights"]
