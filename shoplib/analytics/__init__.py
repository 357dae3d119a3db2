"""S3 -> pandas -> tables and charts: `funnel(clean(read_events(lab)).events)`."""

from shoplib.analytics import charts, report
from shoplib.analytics.clean import Cleaned, clean
from shoplib.analytics.compacting import compact
from shoplib.analytics.conversion import abandonment, conversion_rate, wilson
from shoplib.analytics.funnel import funnel
from shoplib.analytics.lake import events, read_bucket, read_events
from shoplib.analytics.places import Lake, open_lake
from shoplib.analytics.sales import revenue, sales_by, totals
from shoplib.analytics.scan import Scan, scan
from shoplib.analytics.sessions import sessions

__all__ = [
    "Cleaned",
    "Lake",
    "Scan",
    "abandonment",
    "charts",
    "clean",
    "compact",
    "conversion_rate",
    "events",
    "funnel",
    "open_lake",
    "read_bucket",
    "read_events",
    "report",
    "revenue",
    "sales_by",
    "scan",
    "sessions",
    "totals",
    "wilson",
]
