"""CloudTrail event history: the account's management events, from the call log."""

from shoplib.localaws.audit_trail.trail import AuditTrail

__all__ = ["AuditTrail"]
