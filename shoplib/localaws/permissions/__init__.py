"""IAM decides: see README.md."""

from shoplib.localaws.permissions.callers import caller_of
from shoplib.localaws.permissions.decisions import Denial
from shoplib.localaws.permissions.denials import message
from shoplib.localaws.permissions.permissions import Permissions
from shoplib.localaws.permissions.principals import Principal
from shoplib.localaws.permissions.requests import Access, with_keys
from shoplib.localaws.permissions.roles import first_denied, is_assumable, service_denial, trusts

__all__ = [
    "Access",
    "Denial",
    "Permissions",
    "Principal",
    "caller_of",
    "first_denied",
    "is_assumable",
    "message",
    "service_denial",
    "trusts",
    "with_keys",
]
