"""IAM policy evaluation: see README.md."""

from shoplib.localaws.policies.authorization import ALLOWED, Decision, Identity, authorize
from shoplib.localaws.policies.conditions import Facts, InvalidCondition
from shoplib.localaws.policies.conditions import validate as validate_condition
from shoplib.localaws.policies.evaluation import (
    InvalidPolicy,
    Policy,
    Request,
    Statement,
    Verdict,
    evaluate,
    statements_of,
    validate,
)
from shoplib.localaws.policies.principals import ANYBODY
from shoplib.localaws.policies.wildcards import fits, listed

__all__ = [
    "ALLOWED",
    "ANYBODY",
    "Decision",
    "Facts",
    "Identity",
    "InvalidCondition",
    "InvalidPolicy",
    "Policy",
    "Request",
    "Statement",
    "Verdict",
    "authorize",
    "evaluate",
    "fits",
    "listed",
    "statements_of",
    "validate",
    "validate_condition",
]
