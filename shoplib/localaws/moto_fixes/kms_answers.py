"""What KMS says of keys and refuses: moto 5.2.5 leaves members out, names keys by their ids where AWS gives ARNs, has
ids of multi-Region keys that are too long for its own ciphertexts, ignores that a key waits for its material to be
imported, and checks few parameters. https://docs.aws.amazon.com/kms/latest/APIReference/API_KeyMetadata.html
"""

import base64
import binascii
import copy
import json
import uuid
from functools import cache
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.kms import models
from moto.kms.exceptions import NotFoundException, ValidationException
from moto.kms.models import Key, KmsBackend
from moto.kms.responses import KmsResponse

from shoplib.localaws.arns import Arn
from shoplib.localaws.model_constraints import breaches
from shoplib.localaws.moto_fixes.kms_key_states import KEY_ID, key_of
from shoplib.localaws.moto_patches import Method, after, before, replace, wrap

OPERATIONS = [name for name in vars(KmsResponse) if not name.startswith("_") and callable(getattr(KmsResponse, name))]
WRONG_KEY = "The key ID in the request does not identify a CMK that can perform this operation."
NO_USAGE = "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys."
NO_PREFIX = (
    'Alias must start with the prefix "alias/". Please see '
    "https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html"
)


def install() -> None:
    replace(models, "generate_key_id", _key_id)
    replace(KmsResponse, "_validate_cmk_id", _validate_key)
    for name in OPERATIONS:
        wrap(KmsResponse, name, _with_checks)
    before(KmsBackend, "create_key", _require_usage)
    after(KmsBackend, "create_key", _wait_for_material)
    after(Key, "to_dict", _complete)
    wrap(KmsBackend, "decrypt", _by_the_right_key)
    before(KmsBackend, "generate_mac", _require_algorithm)
    wrap(KmsResponse, "get_public_key", _with_spec)
    for name in ("generate_mac", "verify_mac", "schedule_key_deletion", "cancel_key_deletion"):
        wrap(KmsResponse, name, _with_arn)
    wrap(KmsResponse, "schedule_key_deletion", _with_window)
    wrap(KmsResponse, "replicate_key", _with_description)
    wrap(KmsBackend, "replicate_key", _as_replica)


def _key_id(multi_region: bool = False) -> str:
    return f"mrk-{uuid.uuid4().hex}" if multi_region else str(uuid.uuid4())


def _validate_key(response: Any, key_id: str) -> None:
    is_arn = key_id.startswith("arn:") and ":key/" in key_id
    own_id = key_id.rpartition("/")[2] if is_arn else key_id
    if not is_arn and not KEY_ID.fullmatch(own_id):
        raise NotFoundException(f"Invalid keyId '{key_id}'")
    if is_arn and Arn.parse(key_id).region != response.region:
        raise NotFoundException(f"Invalid arn {Arn.parse(key_id).region}")
    if own_id not in response.kms_backend.keys:
        raise NotFoundException(f"Key '{response._display_arn(key_id)}' does not exist")


def _with_checks(original: Method) -> Method:
    operation = "".join(part.capitalize() for part in original.__name__.split("_"))

    def answer(response: Any) -> Any:
        parameters = json.loads(response.body or "{}")
        _require_stated(operation, parameters)
        if objection := breaches("kms", operation, _decoded(operation, parameters)):
            raise ValidationException(objection)
        return original(response)

    return answer


def _require_stated(operation: str, parameters: dict[str, Any]) -> None:
    if operation == "GenerateRandom" and parameters.get("NumberOfBytes") is None:
        raise ValidationException("NumberOfBytes is required.")
    if operation in ("CreateAlias", "UpdateAlias") and not str(parameters.get("AliasName")).startswith("alias/"):
        raise ValidationException(NO_PREFIX)


def _decoded(operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """With bytes as long as they are, and not as their base64 is."""
    return {name: _bytes(value) if name in _blobs(operation) else value for name, value in parameters.items()}


@cache
def _blobs(operation: str) -> frozenset[str]:
    from moto.core.utils import get_service_model

    shape = get_service_model("kms").operation_model(operation).input_shape
    return frozenset(name for name, member in shape.members.items() if member.type_name == "blob")


def _bytes(value: Any) -> Any:
    try:
        return base64.b64decode(value)
    except (binascii.Error, TypeError, ValueError):
        return value


def _require_usage(backend: Any, *arguments: Any, **kwargs: Any) -> None:
    arguments_by_name = dict(zip(("policy", "key_usage", "key_spec"), arguments, strict=False)) | kwargs
    if arguments_by_name.get("key_spec") not in (None, "", "SYMMETRIC_DEFAULT") and not arguments_by_name.get(
        "key_usage"
    ):
        raise ValidationException(NO_USAGE)


def _wait_for_material(key: Any, *_: Any, **__: Any) -> None:
    if key.origin == "EXTERNAL":
        key.key_state, key.enabled = "PendingImport", False


def _complete(described: dict[str, Any], key: Any) -> None:
    metadata = described["KeyMetadata"]
    metadata["MultiRegion"] = bool(key.multi_region)
    algorithms = ("EncryptionAlgorithms", "SigningAlgorithms", "MacAlgorithms")
    if key.key_usage == "GENERATE_VERIFY_MAC":
        metadata |= {"EncryptionAlgorithms": None, "SigningAlgorithms": None, "MacAlgorithms": [_mac_algorithm(key)]}
    for name in algorithms:
        if not metadata.get(name):
            metadata.pop(name, None)


def _mac_algorithm(key: Any) -> str:
    return f"HMAC_SHA_{str(key.key_spec).rpartition('_')[2]}"


def _by_the_right_key(original: Method) -> Method:
    def decrypt(backend: Any, *arguments: Any, **kwargs: Any) -> Any:
        key_id = kwargs.pop("key_id", None)
        plaintext, arn = original(backend, *arguments, **kwargs)
        if key_id is not None and key_of(backend, (), {"key_id": key_id}).arn != arn:
            raise JsonRESTError("IncorrectKeyException", WRONG_KEY)
        return plaintext, arn

    return decrypt


def _require_algorithm(backend: Any, *_: Any, **kwargs: Any) -> None:
    key, algorithm = key_of(backend, (), kwargs), kwargs["mac_algorithm"]
    if key.key_usage == "GENERATE_VERIFY_MAC" and algorithm != _mac_algorithm(key):
        words = f"Algorithm {algorithm} is incompatible with key spec {key.key_spec}."
        raise JsonRESTError("InvalidKeyUsageException", words)


def _with_arn(original: Method) -> Method:
    def answer(response: Any) -> str:
        body = json.loads(original(response))
        key = key_of(response.kms_backend, (), {"key_id": response._get_param("KeyId")})
        return json.dumps({**body, "KeyId": key.arn})

    return answer


def _with_window(original: Method) -> Method:
    def schedule_key_deletion(response: Any) -> str:
        days = response._get_param("PendingWindowInDays") or 30
        more = {"KeyState": "PendingDeletion", "PendingWindowInDays": days}
        return json.dumps({**json.loads(original(response)), **more})

    return schedule_key_deletion


def _with_spec(original: Method) -> Method:
    def get_public_key(response: Any) -> str:
        answer = json.loads(original(response))
        return json.dumps({**answer, "KeySpec": answer["CustomerMasterKeySpec"]})

    return get_public_key


def _as_replica(original: Method) -> Method:
    """Of its own kind, with a list of replicas that both keys have."""

    def replicate_key(backend: Any, key_id: str, replica_region: str) -> Any:
        primary = key_of(backend, (), {"key_id": key_id})
        replica = original(backend, primary.id, replica_region)
        configuration = copy.deepcopy(primary.multi_region_configuration)
        replica.multi_region_configuration = {**configuration, "MultiRegionKeyType": "REPLICA"}
        return replica

    return replicate_key


def _with_description(original: Method) -> Method:
    def replicate_key(response: Any) -> str:
        answer = json.loads(original(response))
        metadata, region = answer["ReplicaKeyMetadata"], response._get_param("ReplicaRegion")
        metadata["Description"] = response._get_param("Description") or ""
        keys = models.kms_backends[response.current_account][region].keys
        keys[metadata["KeyId"]].description = metadata["Description"]
        return json.dumps(answer)

    return replicate_key
