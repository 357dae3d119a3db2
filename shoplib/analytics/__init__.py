"""S3 -> pandas -> tables and charts: `funnel(clean(read_events(lab)).events)`."""

from shoplib.analytics import charts, report
from shoplib.analytics.attribution import attribution
from shoplib.analytics.clean import Cleaned, clean
from shoplib.analytics.conversion import abandonment, conversion_rate
from shoplib.analytics.experiment import Experiment, experiment
from shoplib.analytics.funnel import funnel, funnel_difference, funnel_units
from shoplib.analytics.lake import read_bucket, read_events
from shoplib.analytics.paths import paths, transitions
from shoplib.analytics.proportions import wilson
from shoplib.analytics.sales import revenue, sales_by, totals
from shoplib.analytics.segments import between, segment
from shoplib.analytics.sessions import sessions
from shoplib.analytics.trend import daily, trend

__all__ = [
    "Cleaned",
    "Experiment",
    "abandonment",
    "attribution",
    "between",
    "charts",
    "clean",
    "conversion_rate",
    "daily",
    "experiment",
    "funnel",
    "funnel_difference",
    "funnel_units",
    "paths",
    "read_bucket",
    "read_events",
    "report",
    "revenue",
    "sales_by",
    "segment",
    "sessions",
    "totals",
    "transitions",
    "trend",
    "wilson",
]
