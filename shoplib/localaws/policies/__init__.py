"""Policy documents, evaluated as IAM does: see README.md."""

from shoplib.localaws.policies.conditions import InvalidCondition
from shoplib.localaws.policies.conditions import validate as validate_condition
from shoplib.localaws.policies.evaluation import ANYBODY, InvalidPolicy, Request, Verdict, evaluate, validate
from shoplib.localaws.policies.wildcards import fits, listed

__all__ = [
    "ANYBODY",
    "InvalidCondition",
    "InvalidPolicy",
    "Request",
    "Verdict",
    "evaluate",
    "fits",
    "listed",
    "validate",
    "validate_condition",
]
