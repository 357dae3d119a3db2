"""Sessions: what moto forgets of a role's, which are its managed session policies and its tags; and those of a user,
to which moto gives one and the same key for everybody, who was the account's administrator with it."""

import json
from datetime import timedelta
from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.iam.models import AccessKey, IAMBackend, iam_backends
from moto.sts.exceptions import STSClientError
from moto.sts.models import AssumedRole, sts_backends
from moto.sts.responses import TokenResponse
from moto.sts.utils import random_session_token

from shoplib.localaws.accounts import account_of
from shoplib.localaws.moto_patches import Method, replace, wrap
from shoplib.localaws.permissions.callers import principals
from shoplib.localaws.permissions.requests.services import session_fault
from shoplib.localaws.policies import InvalidPolicy, validate


def install() -> None:
    wrap(TokenResponse, "assume_role", _keeping_its_limits)
    replace(TokenResponse, "get_session_token", get_session_token)
    replace(TokenResponse, "get_federation_token", get_federation_token)
    replace(IAMBackend, "get_user_from_access_key_id", user_of)


def user_of(backend: Any, key_id: str) -> Any:
    """Of a user's lasting keys, and of those of his sessions; None for others."""
    key = backend.access_keys.get(key_id)
    return backend.users.get(key.user_name) if key is not None and key.user_name else None


def get_session_token(response: Any) -> ActionResult:
    """A key of whoever asks, for as long as was asked for."""
    caller = response.get_access_key()
    principal = principals().of(caller)
    if principal is not None and principal.role:
        raise STSClientError("AccessDenied", "Cannot call GetSessionToken with session credentials")
    backend = iam_backends[account_of(caller)][response.partition]
    own = backend.access_keys.get(caller)
    key = AccessKey(own.user_name if own else None, "ASIA", backend.account_id)  # type: ignore[abstract]
    lasting = timedelta(seconds=response._get_int_param("DurationSeconds", 43_200))
    vars(key).update(session_token=random_session_token(), expiration=utcnow() + lasting)
    backend.access_keys[key.access_key_id] = key
    return ActionResult({"Credentials": _credentials(key)})


def get_federation_token(response: Any) -> ActionResult:
    raise NotImplementedError("sts.GetFederationToken")


def _credentials(key: Any) -> dict[str, Any]:
    return {
        "AccessKeyId": key.access_key_id,
        "SecretAccessKey": key.secret_access_key,
        "SessionToken": key.session_token,
        "Expiration": key.expiration,
    }


def _keeping_its_limits(original: Method) -> Method:
    def assume_role(response: Any) -> Any:
        _require_names(response)
        _require_readable(response._get_param("Policy"))
        passed_on = _passed_on(response)
        result = original(response)
        session: AssumedRole = result.result["Credentials"]
        arns = [each["arn"] for each in response._get_param("PolicyArns") or []]
        tags = {each["Key"]: each["Value"] for each in response._get_param("Tags") or []}
        transitive = [*passed_on, *(response._get_param("TransitiveTagKeys") or [])]
        vars(session).update(policy_arns=arns, tags={**passed_on, **tags}, transitive=transitive)
        if not response._get_param("Policy"):
            result.result.pop("PackedPolicySize", None)
        return result

    return assume_role


def _require_names(response: Any) -> None:
    fault = session_fault(response._get_param("RoleArn") or "", response._get_param("RoleSessionName") or "")
    if fault:
        raise STSClientError("ValidationError", fault)


def _passed_on(response: Any) -> dict[str, str]:
    """The transitive tags of the session that asks, by key; STS refuses tags that cannot be."""
    keys = [each["Key"].lower() for each in response._get_param("Tags") or []]
    if len(set(keys)) < len(keys):
        text = "Duplicate tag keys found. Please note that Tag keys are case insensitive."
        raise STSClientError("InvalidParameterValue", text)
    if any(key.lower() not in keys for key in response._get_param("TransitiveTagKeys") or []):
        text = "The specified transitive tag key must be included in the requested tags."
        raise STSClientError("InvalidParameterValue", text)
    earlier = _session_of(response.get_access_key())
    passed_on = {key: value for key, value in earlier.tags.items() if key in earlier.transitive} if earlier else {}
    if any(key.lower() in keys for key in passed_on):
        text = "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key "
        raise STSClientError("InvalidParameterValue", f"{text}from the calling session.")
    return passed_on


def _session_of(key_id: str) -> Any:
    """Of a role; None for other keys, and for sessions of which no tags are known."""
    account = account_of(key_id)
    session = sts_backends[account]["aws"].get_assumed_role_from_access_key(key_id)
    return session if hasattr(session, "transitive") else None


def _require_readable(policy: str | None) -> None:
    if not policy:
        return
    try:
        validate(json.loads(policy))
    except (ValueError, InvalidPolicy) as error:
        raise STSClientError("MalformedPolicyDocument", f"The policy cannot be evaluated: {error}") from None
