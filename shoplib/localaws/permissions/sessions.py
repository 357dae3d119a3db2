"""AssumeRole: what moto forgets of a session, which are its managed session policies and its tags."""

import json
from typing import Any

from moto.sts.exceptions import STSClientError
from moto.sts.models import AssumedRole
from moto.sts.responses import TokenResponse

from shoplib.localaws.moto_patches import Method, wrap
from shoplib.localaws.policies import InvalidPolicy, validate


def install() -> None:
    wrap(TokenResponse, "assume_role", _keeping_its_limits)


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
