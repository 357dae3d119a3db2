"""S3 -> pandas -> tables and charts: `funnel(clean(read_events(lab)).events)`."""

from shoplib.analytics import charts, report
from shoplib.analytics.attribution import attribution
from shoplib.analytics.clean import Cleaned, clean
from shoplib.analytics.compacting import compact
from shoplib.analytics.conversion import abandonment, conversion_rate, wilson
from shoplib.analytics.experiment import Experiment, experiment
from shoplib.analytics.funnel import funnel, funnel_difference, funnel_units
from shoplib.analytics.lake import events, read_bucket, read_events
from shoplib.analytics.paths import paths, transitions
from shoplib.analytics.places import Lake, open_lake
from shoplib.analytics.proportions import wilson
from shoplib.analytics.sales import revenue, sales_by, totals
from shoplib.analytics.scan import Scan, scan
from shoplib.analytics.segments import between, segment
from shoplib.analytics.sessions import sessions
from shoplib.analytics.trend import daily, trend

__all__ = [
    "Cleaned",
    "Experiment",
    "Lake",
    "Scan",
    "abandonment",
    "attribution",
    "between",
    "charts",
    "clean",
    "compact",
    "conversion_rate",
    "daily",
    "events",
    "experiment",
    "funnel",
    "funnel_difference",
    "funnel_units",
    "open_lake",
    "paths",
    "read_bucket",
    "read_events",
    "report",
    "revenue",
    "sales_by",
    "scan",
    "segment",
    "sessions",
    "totals",
    "transitions",
    "trend",
    "wilson",
]
