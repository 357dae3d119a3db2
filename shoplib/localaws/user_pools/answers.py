"""What a trigger's function returns: its event again, with a `response` of the trigger's shape."""

from collections.abc import Callable, Mapping
from typing import Any

from shoplib.localaws.user_pools.trigger_calls import InvalidLambdaResponse

Check = Callable[[Any], bool]
EVENT = {"version", "triggerSource", "region", "userPoolId", "userName", "callerContext", "request", "response"}


def is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def is_text(value: Any) -> bool:
    return isinstance(value, str)


def is_list(value: Any) -> bool:
    return isinstance(value, list) and all(map(is_text, value))


def is_map(value: Any) -> bool:
    return isinstance(value, dict)


def is_texts(value: Any) -> bool:
    return isinstance(value, dict) and all(map(is_text, value.values()))


def shape(**members: Check) -> Check:
    """An object of which these members, where they are given, have these shapes."""

    def matches(value: Any) -> bool:
        return is_map(value) and all(value.get(name) is None or check(value[name]) for name, check in members.items())

    return matches


GROUPS = shape(groupsToOverride=is_list, iamRolesToOverride=is_list, preferredRole=is_text)
ID_TOKEN = shape(claimsToAddOrOverride=is_map, claimsToSuppress=is_list)
ACCESS_TOKEN = shape(
    claimsToAddOrOverride=is_map, claimsToSuppress=is_list, scopesToAdd=is_list, scopesToSuppress=is_list
)
SHAPES: dict[str, Check] = {
    "PreSignUp": shape(autoConfirmUser=is_flag, autoVerifyEmail=is_flag, autoVerifyPhone=is_flag),
    "CustomMessage": shape(smsMessage=is_text, emailMessage=is_text, emailSubject=is_text),
    "DefineAuthChallenge": shape(challengeName=is_text, issueTokens=is_flag, failAuthentication=is_flag),
    "CreateAuthChallenge": shape(
        publicChallengeParameters=is_texts, privateChallengeParameters=is_texts, challengeMetadata=is_text
    ),
    "VerifyAuthChallengeResponse": shape(answerCorrect=is_flag),
    "UserMigration": shape(
        userAttributes=is_texts,
        finalUserStatus=is_text,
        messageAction=is_text,
        desiredDeliveryMediums=is_list,
        forceAliasCreation=is_flag,
        enableSMSMFA=is_flag,
    ),
    "PreTokenGeneration": shape(
        claimsOverrideDetails=shape(
            claimsToAddOrOverride=is_texts, claimsToSuppress=is_list, groupOverrideDetails=GROUPS
        ),
        claimsAndScopeOverrideDetails=shape(
            idTokenGeneration=ID_TOKEN, accessTokenGeneration=ACCESS_TOKEN, groupOverrideDetails=GROUPS
        ),
    ),
}


def read(trigger: str, answer: Any) -> dict[str, Any]:
    """The `response`. Raises InvalidLambdaResponse for whatever is not the event again."""
    if not isinstance(answer, Mapping) or not set(answer) <= EVENT:
        raise InvalidLambdaResponse
    response: Any = answer.get("response")
    if not SHAPES.get(trigger, is_map)(response):
        raise InvalidLambdaResponse
    return dict(response)
