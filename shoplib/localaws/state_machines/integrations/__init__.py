"""What Task states call: functions, activities, and the APIs of other services, in the name of the machine's role."""

from shoplib.localaws.state_machines.integrations.activities import Activities
from shoplib.localaws.state_machines.integrations.buckets import Buckets, ObjectFailure
from shoplib.localaws.state_machines.integrations.callbacks import Callbacks
from shoplib.localaws.state_machines.integrations.role_clients import RoleClients
from shoplib.localaws.state_machines.integrations.supported import missing_from_text, refusal, unknown
from shoplib.localaws.state_machines.integrations.work import Caller, Partners, TaskWork

__all__ = [
    "Activities",
    "Buckets",
    "Callbacks",
    "Caller",
    "ObjectFailure",
    "Partners",
    "RoleClients",
    "TaskWork",
    "missing_from_text",
    "refusal",
    "unknown",
]
