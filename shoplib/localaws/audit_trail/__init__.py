"""CloudTrail's event history: the management events of the account, from the calls that were observed."""

from shoplib.localaws.audit_trail.trail import AuditTrail

__all__ = ["AuditTrail"]
