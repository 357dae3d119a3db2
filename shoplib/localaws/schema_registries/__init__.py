"""EventBridge's schema registries, which moto does not have: `sam remote test-event` keeps its events there."""

from shoplib.localaws.schema_registries.api import schema_registries

__all__ = ["schema_registries"]
