"""S3 -> pandas -> tables and charts: `funnel(clean(read_events(lab)).events)`."""

from shoplib.analytics import charts, report
from shoplib.analytics.clean import Cleaned, clean
from shoplib.analytics.conversion import abandonment, conversion_rate
from shoplib.analytics.funnel import funnel, funnel_difference, funnel_units
from shoplib.analytics.lake import read_bucket, read_events
from shoplib.analytics.proportions import wilson
from shoplib.analytics.sales import revenue, sales_by, totals
from shoplib.analytics.sessions import sessions

__all__ = [
    "Cleaned",
    "abandonment",
    "charts",
    "clean",
    "conversion_rate",
    "funnel",
    "funnel_difference",
    "funnel_units",
    "read_bucket",
    "read_events",
    "report",
    "revenue",
    "sales_by",
    "sessions",
    "totals",
    "wilson",
]
