"""LambdaConfig: the functions of a user pool, checked before the pool is made or changed.

moto 5.2.5 keeps whatever it gets, and invokes nothing.
https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_LambdaConfigType.html
"""

from collections.abc import Mapping
from typing import Any

from moto.cognitoidp.exceptions import InvalidParameterException
from moto.cognitoidp.models import CognitoIdpUserPool
from moto.cognitoidp.responses import CognitoIdpResponse
from moto.core.exceptions import JsonRESTError

from shoplib.localaws.absent_operations.not_supported import NotSupported
from shoplib.localaws.moto_patches import Method, before, wrap

V1 = "V1_0"
CONFIG, TOKENS = "PreTokenGenerationConfig", "PreTokenGeneration"
REFUSED = ("CustomEmailSender", "CustomSMSSender", "InboundFederation", "KMSKeyID")
DIFFERENT = "The ARN of PreTokenGeneration and the LambdaArn of PreTokenGenerationConfig must be identical."
NOT_IN_LITE = "Access token customization is not available in the Lite feature plan."


def install() -> None:
    for name in ("create_user_pool", "update_user_pool"):
        before(CognitoIdpResponse, name, _check)
    wrap(CognitoIdpUserPool, "update_extended_config", _completed)


def function_of(pool: Any, trigger: str) -> str:
    """The ARN of the function of a trigger; empty without one."""
    return str((pool.extended_config.get("LambdaConfig") or {}).get(trigger) or "")


def token_version(pool: Any) -> str:
    """The version of the events of PreTokenGeneration."""
    configured = (pool.extended_config.get("LambdaConfig") or {}).get(CONFIG) or {}
    return str(configured.get("LambdaVersion") or V1)


def _check(request: Any) -> None:
    functions = request._get_param("LambdaConfig") or {}
    for name in REFUSED:
        if functions.get(name):
            raise NotSupported(f"LambdaConfig.{name} of cognito-idp:CreateUserPool and UpdateUserPool")
    _check_versions(functions, request._get_param("UserPoolTier"))


def _check_versions(functions: Mapping[str, Any], tier: str | None) -> None:
    versioned = functions.get(CONFIG) or {}
    if versioned and functions.get(TOKENS) not in (None, "", versioned.get("LambdaArn")):
        raise InvalidParameterException(DIFFERENT)
    if tier == "LITE" and versioned.get("LambdaVersion", V1) != V1:
        raise JsonRESTError("FeatureUnavailableInTierException", NOT_IN_LITE)


def _completed(original: Method) -> Method:
    """A pool describes its functions, also when it has none, and the one of tokens in both ways."""

    def update_extended_config(pool: Any, extended_config: dict[str, Any]) -> None:
        original(pool, extended_config)
        functions = dict(pool.extended_config.get("LambdaConfig") or {})
        if arn := (functions.get(CONFIG) or {}).get("LambdaArn") or functions.get(TOKENS):
            functions = {CONFIG: {"LambdaVersion": V1, "LambdaArn": arn}} | functions | {TOKENS: arn}
        pool.extended_config["LambdaConfig"] = functions

    return update_extended_config
