"""S3 -> pandas -> tables and charts: `funnel(clean(read_events(lab)).events)`."""

from shoplib.analytics import charts, report
from shoplib.analytics.athena import athena_queries, athena_sql
from shoplib.analytics.attribution import attribution
from shoplib.analytics.basket import basket, related_products
from shoplib.analytics.clean import Cleaned, clean
from shoplib.analytics.compacting import compact
from shoplib.analytics.conversion import abandonment, conversion_rate
from shoplib.analytics.customers import cohorts, repeat_purchases, retention, time_to_second_order
from shoplib.analytics.experiment import Experiment, experiment
from shoplib.analytics.funnel import funnel, funnel_difference, funnel_units
from shoplib.analytics.lake import events, read_bucket, read_events
from shoplib.analytics.loading import Constant, Loaded, Provenance, load_events, load_orders
from shoplib.analytics.paths import paths, transitions
from shoplib.analytics.places import Lake, open_lake
from shoplib.analytics.products import product_names
from shoplib.analytics.proportions import wilson
from shoplib.analytics.rfm import rfm, rfm_segments
from shoplib.analytics.sales import revenue, sales_by, totals
from shoplib.analytics.scan import Scan, malformed, scan
from shoplib.analytics.segments import between, segment
from shoplib.analytics.sessions import sessions
from shoplib.analytics.trend import daily, trend

__all__ = [
    "Cleaned",
    "Constant",
    "Experiment",
    "Lake",
    "Loaded",
    "Provenance",
    "Scan",
    "abandonment",
    "athena_queries",
    "athena_sql",
    "attribution",
    "basket",
    "between",
    "charts",
    "clean",
    "cohorts",
    "compact",
    "conversion_rate",
    "daily",
    "events",
    "experiment",
    "funnel",
    "funnel_difference",
    "funnel_units",
    "load_events",
    "load_orders",
    "malformed",
    "open_lake",
    "paths",
    "product_names",
    "read_bucket",
    "read_events",
    "related_products",
    "repeat_purchases",
    "report",
    "retention",
    "revenue",
    "rfm",
    "rfm_segments",
    "sales_by",
    "scan",
    "segment",
    "sessions",
    "time_to_second_order",
    "totals",
    "transitions",
    "trend",
    "wilson",
]
