"""What IAM refuses of a document when it is put: moto takes conditions that nobody can evaluate, and any trust."""

import json
from typing import Any

from moto.iam.exceptions import MalformedPolicyDocument
from moto.iam.models import IAMBackend
from moto.iam.policy_validation import IAMPolicyDocumentValidator

from shoplib.localaws.moto_patches import after, before
from shoplib.localaws.policies import InvalidPolicy, listed, validate


def install() -> None:
    after(IAMPolicyDocumentValidator, "validate", _require_evaluable)
    before(IAMBackend, "create_role", _require_trust_of_new)
    before(IAMBackend, "update_assume_role_policy", _require_trust)


def _require_evaluable(_: None, validator: Any) -> None:
    """Also of a repository's policy, which has no resource."""
    _require(json.loads(validator._policy_document))


def _require_trust_of_new(backend: Any, role_name: str, assume_role_policy_document: str, *_: Any, **__: Any) -> None:
    _require_trust(backend, role_name, assume_role_policy_document)


def _require_trust(backend: Any, role_name: str, policy_document: str) -> None:
    try:
        policy = json.loads(policy_document)
    except ValueError:
        raise MalformedPolicyDocument("This policy contains invalid Json") from None
    _require(policy)
    for statement in listed(policy["Statement"]):
        if not all(action.lower().startswith("sts:") for action in listed(statement.get("Action", []))):
            raise MalformedPolicyDocument("AssumeRole policy may only specify STS AssumeRole actions.")
        if statement.keys() & {"Resource", "NotResource"}:
            raise MalformedPolicyDocument("Has prohibited field Resource")


def _require(policy: Any) -> None:
    try:
        validate(policy, of_trust=True)
    except InvalidPolicy as error:
        raise MalformedPolicyDocument(f"Syntax errors in policy: {error}") from None
