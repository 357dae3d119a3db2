"""What a request needs of the customer's key that encrypts what it reads or writes: actions of KMS, which the service
takes in the caller's name. AWS's own keys (alias/aws/...) ask nothing of callers in their account."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from shoplib.localaws.arns import Arn
from shoplib.localaws.permissions.requests.accesses import Access, Facts
from shoplib.localaws.permissions.requests.customer_keys import keys_of

WRITING, READING = ("kms:GenerateDataKey",), ("kms:Decrypt",)
TABLES = ("GetItem", "PutItem", "UpdateItem", "DeleteItem", "BatchGetItem", "BatchWriteItem", "Query", "Scan")
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html and the pages of
# this kind of S3, SNS, Kinesis, DynamoDB and Secrets Manager.
NEEDS: Mapping[str, tuple[str, ...]] = {
    "sqs:SendMessage": WRITING + READING,
    "sqs:ReceiveMessage": READING,
    "sns:Publish": WRITING + READING,
    "kinesis:PutRecord": WRITING,
    "kinesis:PutRecords": WRITING,
    "kinesis:GetRecords": READING,
    "kinesis:SubscribeToShard": READING,
    "s3:PutObject": WRITING,
    "s3:GetObject": READING,
    "s3:GetObjectVersion": READING,
    "secretsmanager:GetSecretValue": READING,
    "secretsmanager:PutSecretValue": WRITING + READING,
    **{f"dynamodb:{name}": READING for name in (*TABLES, "ConditionCheckItem")},
}


def with_keys(accesses: list[Access], environ: Mapping[str, Any]) -> list[Access]:
    """`accesses` and, behind them, what they need of keys."""
    uses = [use for access in accesses if access.action in NEEDS for use in _uses(access, environ)]
    return [*accesses, *uses] if uses else accesses


def of_key(action: str, key_arn: str, service: str) -> Access:
    """A use of a key by a service, in the name of whoever called it."""
    return Access(action, key_arn, partial(_facts, key_arn, service))


def _uses(access: Access, environ: Mapping[str, Any]) -> list[Access]:
    service = access.action.partition(":")[0]
    keys = keys_of(access.action, access.resource, environ)
    return [of_key(action, key, service) for key in keys for action in NEEDS[access.action]]


def _facts(key_arn: str, service: str) -> Facts:
    arn = Arn.parse(key_arn)
    via = f"{service}.amazonaws.com"
    return {
        "kms:viaservice": f"{service}.{arn.region}.amazonaws.com",
        "kms:calleraccount": arn.account_id,
        "aws:calledvia": [via],
        "aws:calledviafirst": via,
        "aws:calledvialast": via,
    }
