"""S3 -> pandas -> tables and charts: `funnel(clean(read_events(lab)).events)`."""

from shoplib.analytics import charts, report
from shoplib.analytics.adding import add
from shoplib.analytics.athena import athena_queries, athena_sql
from shoplib.analytics.attribution import attribution
from shoplib.analytics.basket import basket, related_products
from shoplib.analytics.by_athena import query_athena
from shoplib.analytics.clean import Cleaned, clean
from shoplib.analytics.compacting import compact
from shoplib.analytics.conversion import abandonment, conversion_rate
from shoplib.analytics.customers import cohorts, repeat_purchases, retention, time_to_second_order
from shoplib.analytics.experiment import Experiment, experiment
from shoplib.analytics.funnel import funnel, funnel_difference, funnel_units
from shoplib.analytics.lake import events, read_bucket, read_events
from shoplib.analytics.loading import (
    Constant,
    Loaded,
    Provenance,
    has_event_names,
    load_events,
    load_options,
    load_orders,
    options_path,
    save_options,
)
from shoplib.analytics.paths import paths, transitions
from shoplib.analytics.people import people
from shoplib.analytics.places import Lake, open_lake
from shoplib.analytics.products import product_names
from shoplib.analytics.proportions import wilson
from shoplib.analytics.rfm import rfm, rfm_segments
from shoplib.analytics.sales import revenue, sales_by, totals
from shoplib.analytics.scan import Scan, count_malformed, scan
from shoplib.analytics.segments import between, segment
from shoplib.analytics.sessions import sessions, with_rule
from shoplib.analytics.trend import daily, trend
from shoplib.analytics.zones import seen_from

__all__ = [
    "query_athena",
    "Cleaned",
    "Constant",
    "Experiment",
    "Lake",
    "Loaded",
    "Provenance",
    "Scan",
    "abandonment",
    "add",
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
    "has_event_names",
    "load_events",
    "load_options",
    "load_orders",
    "count_malformed",
    "open_lake",
    "options_path",
    "paths",
    "people",
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
    "save_options",
    "scan",
    "seen_from",
    "segment",
    "sessions",
    "time_to_second_order",
    "totals",
    "transitions",
    "trend",
    "wilson",
    "with_rule",
]
