"""`requestParameters` of an event: names as CloudTrail writes them, without secrets."""

import json
from typing import Any

from shoplib.localaws.call_log.redaction import MASK, redact

HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
LARGEST = 100 * 1024
# Members that are always secret.
SECRET = {
    ("ssm", "Value"),
    ("secretsmanager", "SecretString"),
    ("secretsmanager", "SecretBinary"),
    ("lambda", "Variables"),
    ("lambda", "ZipFile"),
    ("kms", "Plaintext"),
    ("kms", "CiphertextBlob"),
}


def request_parameters(signer: str, parameters: dict[str, Any]) -> Any:
    """None for a call without parameters; a note instead of very long ones."""
    if not parameters:
        return None
    text = redact(json.dumps(_plain(signer, parameters), default=str)).replace(MASK, HIDDEN)
    if len(text) > LARGEST:
        return {"omitted": True, "originalSize": len(text), "reason": "request_parameters_too_large"}
    return json.loads(text)


def _plain(signer: str, value: Any, name: str = "") -> Any:
    if (signer, name) in SECRET or isinstance(value, bytes):
        return HIDDEN
    if isinstance(value, dict):
        return {_lower(key): _plain(signer, each, key) for key, each in value.items()}
    return [_plain(signer, each) for each in value] if isinstance(value, list) else value


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]
