"""Other people's data, in the form that every analysis takes: see `load_events` and `load_orders`."""

from shoplib.analytics.loading.columns import Constant
from shoplib.analytics.loading.loaded import Loaded
from shoplib.analytics.loading.loaders import load_events, load_orders

__all__ = ["Constant", "Loaded", "load_events", "load_orders"]
