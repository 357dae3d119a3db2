"""What CloudWatch and EventBridge learn of executions."""

from shoplib.localaws.state_machines.monitoring.observer import Monitor

__all__ = ["Monitor"]
