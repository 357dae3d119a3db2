"""The operations of Step Functions' API."""

from shoplib.localaws.state_machines.api.operations import operations_by_name

__all__ = ["operations_by_name"]
