"""Loads data of other shops into the format of the analyses: see `load_events` and `load_orders`."""

from shoplib.analytics.loading.columns import Constant
from shoplib.analytics.loading.loaded import Ignored, Loaded, Provenance, Use
from shoplib.analytics.loading.loaders import has_event_names, load_events, load_orders
from shoplib.analytics.loading.options import load_options, options_path, save_options

__all__ = [
    "Constant",
    "Ignored",
    "Loaded",
    "Provenance",
    "Use",
    "has_event_names",
    "load_events",
    "load_orders",
    "load_options",
    "options_path",
    "save_options",
]
