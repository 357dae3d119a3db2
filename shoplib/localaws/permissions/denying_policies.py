"""Which services have resource policies that deny: of these alone the account's administrator is asked, too.

Nobody else limits an administrator, and asking at each of his calls would make all of them slower.
"""

from typing import Any

from shoplib.localaws.ingress.body import BODY

# Services with resource policies, by the prefix of their actions; S3 asks its buckets' policies itself.
WITH_POLICIES = frozenset({"sqs", "sns", "lambda", "kms", "secretsmanager", "events", "kinesis", "dynamodb"})
DENY = b"Deny"
# What takes a policy off again, so that nobody shuts himself out for good.
OF_POLICIES = frozenset(
    {
        *("sqs:SetQueueAttributes", "sqs:GetQueueAttributes", "sqs:RemovePermission", "sqs:DeleteQueue"),
        *("sns:SetTopicAttributes", "sns:GetTopicAttributes", "sns:RemovePermission", "sns:DeleteTopic"),
        *("lambda:RemovePermission", "lambda:GetPolicy", "kms:PutKeyPolicy", "kms:GetKeyPolicy"),
        *("secretsmanager:PutResourcePolicy", "secretsmanager:DeleteResourcePolicy"),
        *("secretsmanager:GetResourcePolicy", "events:PutPermission", "events:RemovePermission"),
        *("kinesis:PutResourcePolicy", "kinesis:DeleteResourcePolicy", "kinesis:GetResourcePolicy"),
        *("dynamodb:PutResourcePolicy", "dynamodb:DeleteResourcePolicy", "dynamodb:GetResourcePolicy"),
    }
)


class DenyingPolicies:
    """Sees policies on their way to a service, a stack's among them."""

    def __init__(self) -> None:
        self._services: set[str] = set()

    def note(self, service: str, environ: dict[str, Any]) -> None:
        if service in WITH_POLICIES and service not in self._services and DENY in environ.get(BODY, b""):
            self._services.add(service)

    def expect_anywhere(self) -> None:
        """State was put back of which nobody saw the making."""
        self._services.update(WITH_POLICIES)

    def __contains__(self, service: str) -> bool:
        return service in self._services
