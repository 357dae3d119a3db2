"""KMS: moto 5.2.5 lacks pairs of data keys.

https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKeyPair.html
"""

import base64
import json
from collections.abc import Callable
from functools import partial
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from moto.core.exceptions import JsonRESTError
from moto.kms.exceptions import ValidationException
from moto.kms.responses import KmsResponse

from shoplib.localaws.moto_patches import replace_methods

SYMMETRIC = "SYMMETRIC_DEFAULT"
EXPONENT = 65537
PAIRS: dict[str, Callable[[], Any]] = {
    **{f"RSA_{size}": partial(rsa.generate_private_key, EXPONENT, size) for size in (2048, 3072, 4096)},
    "ECC_NIST_P256": partial(ec.generate_private_key, ec.SECP256R1()),
    "ECC_NIST_P384": partial(ec.generate_private_key, ec.SECP384R1()),
    "ECC_NIST_P521": partial(ec.generate_private_key, ec.SECP521R1()),
    "ECC_SECG_P256K1": partial(ec.generate_private_key, ec.SECP256K1()),
    "ECC_NIST_EDWARDS25519": ed25519.Ed25519PrivateKey.generate,
}


def install() -> None:
    replace_methods(
        KmsResponse,
        generate_data_key_pair=_generate,
        generate_data_key_pair_without_plaintext=_generate_without_plaintext,
    )


def _generate(request: Any) -> str:
    return json.dumps(_pair(request))


def _generate_without_plaintext(request: Any) -> str:
    pair = _pair(request)
    del pair["PrivateKeyPlaintext"]
    return json.dumps(pair)


def _pair(request: Any) -> dict[str, str]:
    """Which key encrypts the private one, and that it may, is asked before any is pair."""
    spec, name = request._get_param("KeyPairSpec"), request._get_param("KeyId")
    request._validate_key_id(name)
    if spec not in PAIRS:
        raise ValidationException(f"KeyPairSpec {spec} is not supported by the local AWS.")
    backend = request.kms_backend
    key = backend.keys[backend.any_id_to_key_id(name)]
    if key.key_spec != SYMMETRIC:
        words = f"{key.arn} is not a symmetric key, which alone encrypts data keys."
        raise JsonRESTError("InvalidKeyUsageException", words)
    pair = PAIRS[spec]()
    private = pair.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    public = pair.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    blob, arn = backend.encrypt(
        key_id=name, plaintext=private, encryption_context=request._get_param("EncryptionContext", {})
    )
    parts = {"PrivateKeyCiphertextBlob": blob, "PrivateKeyPlaintext": private, "PublicKey": public}
    texts = {part: base64.b64encode(value).decode() for part, value in parts.items()}
    return {**texts, "KeyId": arn, "KeyPairSpec": spec}
