"""S3 -> pandas -> tables and charts: `funnel(clean(read_events(lab)).events)`."""

from shoplib.analytics import charts, report
from shoplib.analytics.basket import basket, related_products
from shoplib.analytics.clean import Cleaned, clean
from shoplib.analytics.conversion import abandonment, conversion_rate, wilson
from shoplib.analytics.customers import cohorts, repeat_purchases, retention, time_to_second_order
from shoplib.analytics.funnel import funnel
from shoplib.analytics.lake import read_bucket, read_events
from shoplib.analytics.loading import Constant, Loaded, load_events, load_orders
from shoplib.analytics.rfm import rfm, rfm_segments
from shoplib.analytics.sales import revenue, sales_by, totals
from shoplib.analytics.sessions import sessions

__all__ = [
    "Cleaned",
    "Constant",
    "Loaded",
    "abandonment",
    "basket",
    "charts",
    "clean",
    "cohorts",
    "conversion_rate",
    "funnel",
    "load_events",
    "load_orders",
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
    "sessions",
    "time_to_second_order",
    "totals",
    "wilson",
]
