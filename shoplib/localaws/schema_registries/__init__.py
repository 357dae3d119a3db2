"""EventBridge's schema registries, which moto does not have: `sam remote test-event` keeps its events there."""

from shoplib.localaws.schema_registries.api import SchemaRegistries

__all__ = ["SchemaRegistries"]
