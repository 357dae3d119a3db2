"""Policy documents, evaluated as IAM does: see README.md."""

from shoplib.localaws.policies.evaluation import ANYBODY, InvalidPolicy, Request, Verdict, evaluate, validate
from shoplib.localaws.policies.wildcards import fits, listed

__all__ = ["ANYBODY", "InvalidPolicy", "Request", "Verdict", "evaluate", "fits", "listed", "validate"]
