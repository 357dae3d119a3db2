"""Encryption of streams: which key a record is written under, and what StartStreamEncryption asks of a key.

moto 5.2.5 notes any key and writes records as before. A record keeps the key that its stream had when it was written:
`permissions` asks for that key, and for its state, when the record is read.
"""

from collections.abc import Callable
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.kinesis.models import KinesisBackend, Record, Stream
from moto.kinesis.responses import KinesisResponse

from shoplib.localaws.arns import Arn, is_arn
from shoplib.localaws.moto_patches import Method, before, wrap

KMS = "KMS"
AWS_OWNED = "alias/aws/"
STATES = {
    "Disabled": ("KMSDisabledException", "{} is disabled."),
    "PendingDeletion": ("KMSInvalidStateException", "{} is pending deletion."),
}


def install() -> None:
    wrap(Stream, "get_shard_for_key", _for_a_record)
    wrap(Record, "to_json", _with_type)
    wrap(KinesisResponse, "put_record", _saying_type)
    wrap(KinesisResponse, "put_records", _saying_type)
    before(KinesisBackend, "start_stream_encryption", _require_usable)


def is_encrypted(record: Any) -> bool:
    return getattr(record, "key_id", None) is not None


def _for_a_record(original: Callable[..., Any]) -> Callable[..., Any]:
    """The shard that a record goes to, with the key that it is to be written under."""

    def get_shard_for_key(stream: Any, *arguments: Any, **kwargs: Any) -> Any:
        shard = original(stream, *arguments, **kwargs)
        if shard is not None:
            shard.key_id = stream.key_id if stream.encryption_type == KMS else None
        return shard

    return get_shard_for_key


def _with_type(original: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def to_json(record: Any) -> Any:
        return {**original(record), **({"EncryptionType": KMS} if is_encrypted(record) else {})}

    return to_json


def _saying_type(original: Method) -> Method:
    """PutRecord and PutRecords say how they wrote, where it is encrypted."""

    def put(request: Any) -> Any:
        answer = original(request)
        stream = request.kinesis_backend.describe_stream(
            stream_arn=request._get_param("StreamARN"), stream_name=request._get_param("StreamName")
        )
        if stream.encryption_type == KMS:
            answer.result["EncryptionType"] = KMS
        return answer

    return put


def _require_usable(
    backend: Any, stream_arn: str | None, stream_name: str | None, encryption_type: str, key_id: str
) -> None:
    backend.describe_stream(stream_arn=stream_arn, stream_name=stream_name)
    if encryption_type != KMS:
        raise JsonRESTError("InvalidArgumentException", f"Encryption type {encryption_type} is not supported.")
    if _plain(key_id).startswith(AWS_OWNED):
        return
    key = _key(backend, key_id)
    if key.key_state in STATES:
        code, words = STATES[key.key_state]
        raise JsonRESTError(code, words.format(key.arn))


def _key(backend: Any, name: str) -> Any:
    from moto.kms.models import kms_backends

    account_id, region = _place(backend, name)
    keys, plain = kms_backends[account_id][region], _plain(name).removeprefix("key/")
    key = keys.keys.get(str(keys.get_key_id_from_alias(plain) if plain.startswith("alias/") else plain))
    if key is None:
        raise JsonRESTError("KMSNotFoundException", _unknown(backend, name, plain))
    return key


def _unknown(backend: Any, name: str, plain: str) -> str:
    """As KMS says it."""
    kind, resource = ("Alias", plain) if plain.startswith("alias/") else ("Key", f"key/{plain}")
    arn = name if is_arn(name) else f"arn:{backend.partition}:kms:{backend.region_name}:{backend.account_id}:{resource}"
    return f"Alias {arn} is not found." if kind == "Alias" else f"Key '{arn}' does not exist"


def _place(backend: Any, name: str) -> tuple[str, str]:
    arn = Arn.parse(name) if is_arn(name) else None
    return (arn.account_id, arn.region) if arn else (backend.account_id, backend.region_name)


def _plain(name: str) -> str:
    return Arn.parse(name).resource if is_arn(name) else name
