"""The keys that AWS manages for its services: moto 5.2.5 makes them as if the customer had.

On AWS their manager is AWS, and their description says what they are for. They are made when first used.
https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#aws-managed-cmk
"""

from typing import Any

from moto.dynamodb.models.table import Table
from moto.kms.models import KmsBackend, kms_backends

from shoplib.localaws.moto_patches import after, replace

MANAGER = "AWS"
PROTECTED = {
    "alias/aws/dynamodb": "DynamoDB data",
    "alias/aws/s3": "S3 objects",
    "alias/aws/lambda": "Lambda functions",
    "alias/aws/secretsmanager": "secrets",
    "alias/aws/ssm": "SSM parameters",
}


def install() -> None:
    after(KmsBackend, "_generate_default_keys", _mark)
    replace(Table, "_get_default_encryption_key", _key_of_tables)


def managed_key(account_id: str, region: str, service: str) -> Any:
    """The key of a service, which is made when it is asked for first."""
    backend = kms_backends[account_id][region]
    return backend.keys[str(backend.get_key_id_from_alias(f"alias/aws/{service}"))]


def _mark(key_id: str | None, backend: Any, alias_name: str) -> None:
    if key_id is not None:
        key = backend.keys[key_id]
        what = PROTECTED.get(alias_name, "data")
        key.key_manager = MANAGER
        key.description = f"Default key that protects my {what} when no other key is defined"


def _key_of_tables(_: Table, account_id: str, region: str) -> str:
    return str(managed_key(account_id, region, "dynamodb").arn)
