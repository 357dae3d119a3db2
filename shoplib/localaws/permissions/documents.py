"""What IAM refuses of a document when it is put: moto takes conditions that nobody can evaluate, and any trust."""

import json
from typing import Any

from moto.iam.exceptions import MalformedPolicyDocument
from moto.iam.models import IAMBackend
from moto.iam.policy_validation import IAMPolicyDocumentValidator

from shoplib.localaws.moto_patches import after, before
from shoplib.localaws.policies import InvalidPolicy, validate


def install() -> None:
    after(IAMPolicyDocumentValidator, "validate", _require_evaluable)
    before(IAMBackend, "create_role", _require_trust)


def _require_evaluable(_: None, validator: Any) -> None:
    """Also of a repository's policy, which has no resource."""
    _require(validator._policy_document)


def _require_trust(backend: Any, role_name: str, assume_role_policy_document: str, *_: Any, **__: Any) -> None:
    _require(assume_role_policy_document)


def _require(text: str) -> None:
    try:
        validate(json.loads(text), of_trust=True)
    except (ValueError, InvalidPolicy) as error:
        raise MalformedPolicyDocument(f"Syntax errors in policy: {error}") from None
