"""Other people's data, in the form that every analysis takes: see `load_events` and `load_orders`."""

from shoplib.analytics.loading.columns import Constant
from shoplib.analytics.loading.loaded import Ignored, Loaded, Provenance, Use
from shoplib.analytics.loading.loaders import load_events, load_orders

__all__ = ["Constant", "Ignored", "Loaded", "Provenance", "Use", "load_events", "load_orders"]
