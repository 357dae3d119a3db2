"""What a state machine's definition may say, and AWS's words for what it may not."""

from shoplib.localaws.state_machines.definition.check import faults, require_definition
from shoplib.localaws.state_machines.definition.faults import Fault
from shoplib.localaws.state_machines.definition.resources import Resource, resource_of

__all__ = ["Fault", "Resource", "faults", "require_definition", "resource_of"]
