"""Which keys of the customer's encrypt a queue, topic, stream, table, secret, bucket or object; AWS's own are none."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import parse_qs

from moto.dynamodb.models import dynamodb_backends
from moto.s3.models import s3_backends
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

from shoplib.localaws.arns import Arn, is_arn
from shoplib.localaws.permissions.requests import stream_keys
from shoplib.localaws.permissions.requests.accesses import partition_of

Environ = Mapping[str, Any]
AWS_OWNED = "alias/aws/"
KMS_ALGORITHMS = ("aws:kms", "aws:kms:dsse")
ALGORITHM = "HTTP_X_AMZ_SERVER_SIDE_ENCRYPTION"
WRITES = "s3:PutObject"
READS_RECORDS = "kinesis:GetRecords"


def keys_of(action: str, resource: str, environ: Environ) -> list[str]:
    """The keys' ARNs: one, but for records of a stream whose key was changed."""
    arn = Arn.parse(resource) if is_arn(resource) else None
    if arn is None or arn.service not in NAMES:
        return []
    if arn.service == "s3":
        return _present([_of_s3(action, arn, environ)])
    names = stream_keys.to_read(arn, environ) if action == READS_RECORDS else [NAMES[arn.service](arn)]
    return _present(key_named(name, arn.account_id, arn.region) for name in names if name)


def _present(keys: Iterable[str | None]) -> list[str]:
    return [key for key in keys if key]


def is_aws_owned(resource: str) -> bool:
    """Whether a queue or topic is encrypted with AWS's own key of its service, whose policy nobody can change."""
    arn = Arn.parse(resource)
    name = NAMES[arn.service](arn) if arn.service in ("sqs", "sns") else None
    return bool(name) and key_named(str(name), arn.account_id, arn.region) is None


def key_named(name: str, account_id: str, region: str) -> str | None:
    """The ARN of a key by its id, ARN or alias; None for AWS's own keys."""
    from moto.kms.models import kms_backends

    place = Arn.parse(name) if is_arn(name) else Arn(partition_of(region), "kms", region, account_id, name)
    backend = kms_backends[place.account_id][place.region]
    plain = place.resource.removeprefix("key/")
    if plain.startswith(AWS_OWNED):
        return None
    key_id = backend.get_key_id_from_alias(plain) if plain.startswith("alias/") else plain
    key = backend.keys.get(str(key_id))
    if key is not None and any(alias.startswith(AWS_OWNED) for alias in key.aliases):
        return None
    return f"arn:{place.partition}:kms:{place.region}:{place.account_id}:key/{key_id or plain}"


def _of_s3(action: str, arn: Arn, environ: Environ) -> str | None:
    bucket_name, _, object_name = arn.resource.partition("/")
    region, account_id = s3_backends.bucket_accounts.get(bucket_name) or ("", "")
    bucket = s3_backends[account_id][region].buckets.get(bucket_name) if account_id else None
    if bucket is None:
        return None
    name = _to_write(bucket, environ) if action == WRITES else _to_read(bucket, object_name, environ)
    return key_named(name, account_id, bucket.region_name) if name else None


def _to_write(bucket: Any, environ: Environ) -> str | None:
    """The request's own choice; without one, the bucket's."""
    rule = ((bucket.encryption or {}).get("Rule") or {}).get("ApplyServerSideEncryptionByDefault") or {}
    algorithm = environ.get(ALGORITHM) or rule.get("SSEAlgorithm")
    if algorithm not in KMS_ALGORITHMS:
        return None
    return environ.get(f"{ALGORITHM}_AWS_KMS_KEY_ID") or rule.get("KMSMasterKeyID")


def _to_read(bucket: Any, object_name: str, environ: Environ) -> str | None:
    version = parse_qs(environ.get("QUERY_STRING", "")).get("versionId", [None])[0]
    versions = bucket.keys.getlist(object_name, [])
    entry: Any = next((each for each in reversed(versions) if version in (None, str(each.version_id))), None)
    return entry.kms_key_id if getattr(entry, "encryption", None) in KMS_ALGORITHMS else None


def _of_queue(arn: Arn) -> str | None:
    return getattr(sqs_backends[arn.account_id][arn.region].queues.get(arn.resource), "kms_master_key_id", None)


def _of_topic(arn: Arn) -> str | None:
    topic = f"arn:{arn.partition}:sns:{arn.region}:{arn.account_id}:{arn.resource}"
    return getattr(sns_backends[arn.account_id][arn.region].topics.get(topic), "kms_master_key_id", None)


def _of_table(arn: Arn) -> str | None:
    table = dynamodb_backends[arn.account_id][arn.region].tables.get(arn.resource.split("/")[1])
    specification = getattr(table, "sse_specification", None) or {}
    return specification.get("KMSMasterKeyId") if specification.get("Enabled") else None


def _of_secret(arn: Arn) -> str | None:
    from moto.secretsmanager.models import secretsmanager_backends

    full = f"arn:{arn.partition}:secretsmanager:{arn.region}:{arn.account_id}:{arn.resource}"
    secrets = secretsmanager_backends[arn.account_id][arn.region].secrets.values()
    return next((getattr(each, "kms_key_id", None) for each in secrets if each.arn == full), None)


NAMES: Mapping[str, Callable[[Arn], str | None]] = {
    "s3": lambda arn: None,
    "sqs": _of_queue,
    "sns": _of_topic,
    "kinesis": stream_keys.of_stream,
    "dynamodb": _of_table,
    "secretsmanager": _of_secret,
}
