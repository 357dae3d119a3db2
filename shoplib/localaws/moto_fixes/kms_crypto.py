"""Signatures and ciphertexts of asymmetric keys: moto 5.2.5 signs a digest as if it were the message, salts with as
much as fits, takes any algorithm, answers a wrong signature with SignatureValid false, and encrypts under RSA keys with
AES, so that nobody who has the public key can encrypt for them.

On AWS the salt of PSS is as long as the hash, a digest is signed as it is, and RSA keys encrypt by OAEP.
https://docs.aws.amazon.com/kms/latest/developerguide/symm-asymm-choose-key-spec.html
"""

import base64
import json
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from moto.core.exceptions import JsonRESTError
from moto.kms.exceptions import InvalidCiphertextException, ValidationException
from moto.kms.models import KmsBackend
from moto.kms.responses import KmsResponse
from moto.kms.utils import ECDSAPrivateKey, RSAPrivateKey

from shoplib.localaws.moto_fixes.kms_key_states import key_of, require_enabled, require_use
from shoplib.localaws.moto_patches import Method, after, before, replace_methods, wrap

HASHES: dict[str, hashes.HashAlgorithm] = {
    "1": hashes.SHA1(),
    "256": hashes.SHA256(),
    "384": hashes.SHA384(),
    "512": hashes.SHA512(),
}
SYMMETRIC = "SYMMETRIC_DEFAULT"


class Digest(bytes):
    """A message that is the digest of another one."""


class InvalidKmsSignature(JsonRESTError):
    code = 400

    def __init__(self) -> None:
        super().__init__("KMSInvalidSignatureException", "")
        self.description = '{"__type":"KMSInvalidSignatureException"}'


def install() -> None:
    wrap(KmsResponse, "_get_param", _with_digests)
    for name in ("sign", "verify"):
        before(KmsBackend, name, _require_algorithm)
    after(KmsBackend, "verify", _require_valid)
    replace_methods(RSAPrivateKey, sign=_sign_by_rsa, verify=_verify_by_rsa)
    replace_methods(ECDSAPrivateKey, sign=_sign_by_curve, verify=_verify_by_curve)
    wrap(KmsResponse, "encrypt", _encrypting_by_rsa)
    wrap(KmsResponse, "decrypt", _decrypting_by_rsa)


def _with_digests(original: Method) -> Method:
    def parameter(response: Any, name: str, if_none: Any = None) -> Any:
        value = original(response, name, if_none)
        is_digest = name == "Message" and original(response, "MessageType") == "DIGEST"
        return Digest(value) if is_digest else value

    return parameter


def _require_algorithm(backend: Any, *_: Any, **kwargs: Any) -> None:
    """Runs after the key's state and use were checked."""
    algorithm, key = kwargs["signing_algorithm"], key_of(backend, (), kwargs)
    if key.signing_algorithms and algorithm not in key.signing_algorithms:
        raise _incompatible(algorithm, key)
    message = kwargs["message"]
    if key.signing_algorithms and isinstance(message, Digest) and len(message) != _hash(algorithm).digest_size:
        raise ValidationException(f"Digest is invalid length for algorithm {algorithm}.")


def _incompatible(algorithm: str, key: Any) -> JsonRESTError:
    text = f"Algorithm {algorithm} is incompatible with key spec {key.key_spec}."
    return JsonRESTError("InvalidKeyUsageException", text)


def _require_valid(answer: tuple[str, bool, str], *_: Any, **__: Any) -> None:
    if not answer[1]:
        raise InvalidKmsSignature


def _hash(algorithm: str) -> hashes.HashAlgorithm:
    return HASHES[algorithm.rpartition("_")[2]]


def _hashing(message: bytes, algorithm: str) -> Any:
    return Prehashed(_hash(algorithm)) if isinstance(message, Digest) else _hash(algorithm)


def _padding(algorithm: str) -> Any:
    if "PSS" not in algorithm:
        return padding.PKCS1v15()
    return padding.PSS(mgf=padding.MGF1(_hash(algorithm)), salt_length=padding.PSS.DIGEST_LENGTH)


def _sign_by_rsa(key: Any, message: bytes, signing_algorithm: str) -> bytes:
    hashing = _hashing(message, signing_algorithm)
    signature: bytes = key.private_key.sign(bytes(message), _padding(signing_algorithm), hashing)
    return signature


def _verify_by_rsa(key: Any, message: bytes, signature: bytes, signing_algorithm: str) -> bool:
    hashing = _hashing(message, signing_algorithm)
    try:
        key.private_key.public_key().verify(signature, bytes(message), _padding(signing_algorithm), hashing)
    except InvalidSignature:
        return False
    return True


def _sign_by_curve(key: Any, message: bytes, signing_algorithm: str) -> bytes:
    signature: bytes = key.private_key.sign(bytes(message), ec.ECDSA(_hashing(message, signing_algorithm)))
    return signature


def _verify_by_curve(key: Any, message: bytes, signature: bytes, signing_algorithm: str) -> bool:
    hashing = ec.ECDSA(_hashing(message, signing_algorithm))
    try:
        key.private_key.public_key().verify(signature, bytes(message), hashing)
    except InvalidSignature:
        return False
    return True


def _encrypting_by_rsa(original: Method) -> Method:
    def encrypt(response: Any) -> str:
        response._validate_key_id(response._get_param("KeyId"))
        key, algorithm = _key_and_algorithm(response)
        if not _is_of_rsa(key):
            return _with_algorithm(original(response), algorithm)
        require_use(key, "encrypt")
        plaintext, oaep = response._get_param("Plaintext"), _oaep(algorithm, key)
        most = key.private_key.key_size // 8 - 2 * _hash(algorithm).digest_size - 2
        if len(plaintext) > most:
            words = f"Algorithm {algorithm} and key spec {key.key_spec} cannot encrypt data larger than {most} bytes."
            raise ValidationException(words)
        blob = key.private_key.private_key.public_key().encrypt(plaintext, oaep)
        answer = {"CiphertextBlob": base64.b64encode(blob).decode(), "KeyId": key.arn}
        return _with_algorithm(json.dumps(answer), algorithm)

    return encrypt


def _decrypting_by_rsa(original: Method) -> Method:
    """Which key a ciphertext of RSA is for cannot be seen in it: the caller says it."""

    def decrypt(response: Any) -> str:
        if response._get_param("KeyId") is None:
            return _with_algorithm(original(response), SYMMETRIC)
        response._validate_key_id(response._get_param("KeyId"))
        key, algorithm = _key_and_algorithm(response)
        if not _is_of_rsa(key):
            return _with_algorithm(original(response), algorithm)
        require_enabled(key)
        try:
            text = key.private_key.private_key.decrypt(response._get_param("CiphertextBlob"), _oaep(algorithm, key))
        except ValueError:
            raise InvalidCiphertextException from None
        answer = {"Plaintext": base64.b64encode(text).decode(), "KeyId": key.arn}
        return _with_algorithm(json.dumps(answer), algorithm)

    return decrypt


def _key_and_algorithm(response: Any) -> tuple[Any, str]:
    key = key_of(response.kms_backend, (), {"key_id": response._get_param("KeyId")})
    return key, response._get_param("EncryptionAlgorithm") or SYMMETRIC


def _is_of_rsa(key: Any) -> bool:
    return key.key_usage == "ENCRYPT_DECRYPT" and str(key.key_spec).startswith("RSA")


def _oaep(algorithm: str, key: Any) -> Any:
    if not algorithm.startswith("RSAES_OAEP"):
        raise _incompatible(algorithm, key)
    return padding.OAEP(mgf=padding.MGF1(_hash(algorithm)), algorithm=_hash(algorithm), label=None)


def _with_algorithm(answer: str, algorithm: str) -> str:
    return json.dumps({**json.loads(answer), "EncryptionAlgorithm": algorithm})
