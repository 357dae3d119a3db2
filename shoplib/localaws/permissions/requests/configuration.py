"""Secrets, keys and logs: names, aliases and ciphertexts whose ARNs must be looked up."""

import base64
import binascii
from typing import Any

from shoplib.localaws.permissions.requests.accesses import ANY, Access, Call, Facts

KEY_ID_BYTES = 36  # with which the local AWS's ciphertext begins


def of_secrets(call: Call) -> list[Access]:
    parameters = call.parameters
    names = parameters.get("SecretIdList") or [parameters.get("SecretId")]

    def facts() -> Facts:
        stage = parameters.get("VersionStage")
        return {"secretsmanager:versionstage": str(stage)} if stage else {}

    if call.operation == "CreateSecret":
        return [call.access("CreateSecret", call.place.arn(f"secret:{parameters.get('Name')}-??????"))]
    if not any(names):
        return [call.access(call.operation, ANY)]
    # A batch needs its own action besides, on no resource.
    batch = [call.access(call.operation, ANY)] if call.operation.startswith("BatchGet") else []
    action = "GetSecretValue" if batch else call.operation
    return batch + [call.access(action, _secret(call, str(name)), facts) for name in names]


def _secret(call: Call, name: str) -> str:
    from moto.secretsmanager.models import secretsmanager_backends

    secrets = secretsmanager_backends[call.place.account_id][call.place.region].secrets
    secret = secrets.get(name) if name in secrets else None
    if secret is not None:
        return str(secret.arn)
    return name if name.startswith("arn:") else call.place.arn(f"secret:{name}-??????")


def of_keys(call: Call) -> list[Access]:
    parameters, operation = call.parameters, call.operation

    def facts() -> Facts:
        context = parameters.get("EncryptionContext") or {}
        return {
            **{f"kms:encryptioncontext:{name.lower()}": str(value) for name, value in context.items()},
            **({"kms:encryptioncontextkeys": list(context)} if context else {}),
        }

    if operation == "ReEncrypt":
        source = _key_of_ciphertext(call, parameters.get("CiphertextBlob"))
        target = _key(call, str(parameters.get("DestinationKeyId") or ""))
        return [call.access("ReEncryptFrom", source, facts), call.access("ReEncryptTo", target, facts)]
    alias = parameters.get("AliasName")
    accesses = [call.access(operation, call.place.arn(str(alias)))] if alias else []
    name = parameters.get("KeyId") or parameters.get("TargetKeyId")
    if name:
        accesses.append(call.access(operation, _key(call, str(name)), facts))
    elif "CiphertextBlob" in parameters:
        accesses.append(call.access(operation, _key_of_ciphertext(call, parameters["CiphertextBlob"]), facts))
    return accesses or [call.access(operation, ANY)]


def _key(call: Call, name: str) -> str:
    from moto.kms.models import kms_backends

    backend = kms_backends[call.place.account_id][call.place.region]
    plain = name.rpartition(":")[2] if ":alias/" in name else name.rpartition("/")[2] if ":key/" in name else name
    key_id = backend.get_key_id_from_alias(plain) if plain.startswith("alias/") else plain
    return (
        call.place.arn(f"key/{key_id}")
        if key_id in backend.keys
        else call.place.arn(plain if key_id is None else f"key/{key_id}")
    )


def _key_of_ciphertext(call: Call, blob: Any) -> str:
    try:
        raw = blob if isinstance(blob, bytes) else base64.b64decode(str(blob))
        return _key(call, raw[:KEY_ID_BYTES].decode())
    except (binascii.Error, UnicodeDecodeError):
        return ANY  # no ciphertext, which KMS refuses


def of_logs(call: Call) -> list[Access]:
    parameters = call.parameters
    if arn := parameters.get("resourceArn") or parameters.get("logGroupIdentifier"):
        return [call.access(call.operation, str(arn) if str(arn).startswith("arn:") else _group(call, str(arn)))]
    names = parameters.get("logGroupNames") or [parameters.get("logGroupName")]
    if call.operation == "CreateLogGroup":
        return [call.access(call.operation, call.place.arn(f"log-group:{names[0]}"))]
    if call.operation == "DescribeLogGroups":
        return [call.access(call.operation, _group(call, str(parameters.get("logGroupNamePrefix") or "")))]
    stream = str(parameters.get("logStreamName") or "")
    return [call.access(call.operation, _group(call, str(name)) + stream if name else ANY) for name in names]


def _group(call: Call, name: str) -> str:
    """As AWS names a group in what it checks: with an empty stream behind it."""
    return call.place.arn(f"log-group:{name}:log-stream:")
