"""Step Functions: state machines that run. moto keeps their definitions, and runs none. See README.md."""

from shoplib.localaws.state_machines.service import StateMachines

__all__ = ["StateMachines"]
