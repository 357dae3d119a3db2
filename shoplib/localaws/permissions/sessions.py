"""Sessions: what moto forgets of a role's, which are its managed session policies and its tags; and those of a user,
to which moto gives one and the same key for everybody, who was the account's administrator with it."""

import json
from datetime import timedelta
from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.iam.models import AccessKey, IAMBackend, iam_backends
from moto.sts.exceptions import STSClientError
from moto.sts.models import AssumedRole
from moto.sts.responses import TokenResponse
from moto.sts.utils import random_session_token

from shoplib.localaws.accounts import account_of
from shoplib.localaws.moto_patches import Method, replace, wrap
from shoplib.localaws.permissions.callers import principals
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
        _require_readable(response._get_param("Policy"))
        result = original(response)
        session: AssumedRole = result.result["Credentials"]
        arns = [each["arn"] for each in response._get_param("PolicyArns") or []]
        tags = {each["Key"]: each["Value"] for each in response._get_param("Tags") or []}
        vars(session).update(policy_arns=arns, tags=tags)
        return result

    return assume_role


def _require_readable(policy: str | None) -> None:
    if not policy:
        return
    try:
        validate(json.loads(policy))
    except (ValueError, InvalidPolicy) as error:
        raise STSClientError("MalformedPolicyDocument", f"The policy cannot be evaluated: {error}") from None
