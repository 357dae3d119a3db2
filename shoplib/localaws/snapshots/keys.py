"""Keys and certificates of `cryptography`, which pickle does not know: as everybody writes them (DER)."""

from collections.abc import Callable
from typing import Any

Reduced = tuple[Callable[..., Any], tuple[Any, ...]]


def is_key(obj: Any) -> bool:
    is_known = hasattr(obj, "private_bytes") or hasattr(obj, "public_bytes")
    return is_known and type(obj).__module__.startswith("cryptography.")


def reduced(key: Any) -> Reduced:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
    from cryptography.x509 import Certificate

    if isinstance(key, Certificate):
        return _certificate, (key.public_bytes(Encoding.DER),)
    if hasattr(key, "private_bytes"):
        return _private_key, (key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),)
    return _public_key, (key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),)


def _certificate(content: bytes) -> Any:
    from cryptography.x509 import load_der_x509_certificate

    return load_der_x509_certificate(content)


def _private_key(content: bytes) -> Any:
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    return load_der_private_key(content, None)


def _public_key(content: bytes) -> Any:
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    return load_der_public_key(content)
