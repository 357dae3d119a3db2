"""Charts: the title states the finding, intervals are drawn, and the palette is suitable for colour-blind readers."""

from shoplib.analytics.charts.behaviour import attribution, experiment
from shoplib.analytics.charts.chart import Chart
from shoplib.analytics.charts.conversion import abandonment, conversion, conversion_by_day
from shoplib.analytics.charts.customers import basket, cohorts, rfm_segments, second_order
from shoplib.analytics.charts.flows import paths, transitions
from shoplib.analytics.charts.funnels import difference, funnel, funnel_by, time_to_convert
from shoplib.analytics.charts.sales import sales_by_day, top
from shoplib.analytics.charts.trend_line import trend

__all__ = [
    "Chart",
    "abandonment",
    "attribution",
    "basket",
    "cohorts",
    "conversion",
    "conversion_by_day",
    "difference",
    "experiment",
    "funnel",
    "funnel_by",
    "paths",
    "rfm_segments",
    "sales_by_day",
    "second_order",
    "time_to_convert",
    "top",
    "transitions",
    "trend",
]
