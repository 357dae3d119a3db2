"""S3 -> pandas -> tables and charts: `funnel(clean(read_events(lab)).events)`."""

from shoplib.analytics import charts, report
from shoplib.analytics.clean import Cleaned, clean
from shoplib.analytics.conversion import abandonment, conversion_rate, wilson
from shoplib.analytics.funnel import funnel
from shoplib.analytics.lake import read_bucket, read_events
from shoplib.analytics.sales import revenue, sales_by, totals
from shoplib.analytics.sessions import sessions

__all__ = [
    "Cleaned",
    "abandonment",
    "charts",
    "clean",
    "conversion_rate",
    "funnel",
    "read_bucket",
    "read_events",
    "report",
    "revenue",
    "sales_by",
    "sessions",
    "totals",
    "wilson",
]
