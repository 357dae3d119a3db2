"""Step Functions: state machines that run. moto keeps their definitions, and runs none. See README.md."""

from shoplib.localaws.state_machines.integrations import missing_from_text
from shoplib.localaws.state_machines.service import StateMachines

__all__ = ["StateMachines", "missing_from_text"]
