"""Targets that are called by HTTP: API destinations, and REST APIs of API Gateway. For rules and pipes.

What leads out of this machine is refused by name before anything is made, and nothing is sent there later.
"""

from shoplib.localaws.notifications.http_targets.destinations import connection_of, turn
from shoplib.localaws.notifications.http_targets.oauth import renew
from shoplib.localaws.notifications.http_targets.parameters import HttpParameters, of_event, text_at
from shoplib.localaws.notifications.http_targets.refusals import (
    check,
    leads_out,
    objection,
    require_here,
)
from shoplib.localaws.notifications.http_targets.sending import invoke

__all__ = [
    "HttpParameters",
    "check",
    "connection_of",
    "invoke",
    "leads_out",
    "objection",
    "of_event",
    "renew",
    "require_here",
    "text_at",
    "turn",
]
