"""Tokens: PostAuthentication and PreTokenGeneration, whose function changes what the tokens say.

https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-token-generation.html
"""

from typing import Any

from joserfc import jwt
from moto.cognitoidp.models import CognitoIdpUserPool

from shoplib.localaws.moto_patches import Method, wrap
from shoplib.localaws.user_pools import claims
from shoplib.localaws.user_pools.current_call import current
from shoplib.localaws.user_pools.settings import V1, token_version
from shoplib.localaws.user_pools.triggers import Response, ask, attributes_of

SCOPES = ["aws.cognito.signin.user.admin"]
CHANGES = "changes of claims"
NEW_PASSWORD = "NEW_PASSWORD_REQUIRED"


def install() -> None:
    wrap(CognitoIdpUserPool, "create_access_token", _asking_first)
    wrap(CognitoIdpUserPool, "create_jwt", _changed)


def _asking_first(original: Method) -> Method:
    """A sign-in's access token is made first; what the function says holds for its ID token, too."""

    def create_access_token(pool: Any, client_id: str, username: str, origin_jti: str) -> Any:
        user = pool._get_user(username)
        if not current().is_refresh:
            _tell_of_sign_in(pool, user)
        current().notes[CHANGES] = _changes(pool, user)
        return original(pool, client_id, username, origin_jti)

    return create_access_token


def _changed(original: Method) -> Method:
    def create_jwt(pool: Any, client_id: str, username: str, token_use: str, *options: Any, **more: Any) -> Any:
        token, expires_in = original(pool, client_id, username, token_use, *options, **more)
        if changes := current().notes.get(CHANGES):
            token = _signed_again(pool, token, claims.Changes(token_use, changes))
        return token, expires_in

    return create_jwt


def _signed_again(pool: Any, token: str, changes: claims.Changes) -> str:
    read = jwt.decode(token, pool.json_web_key)
    return jwt.encode(read.header, changes.applied(read.claims), pool.json_web_key)


def _tell_of_sign_in(pool: Any, user: Any) -> None:
    request = {"userAttributes": attributes_of(user), "newDeviceUsed": False, **current().answer_metadata}
    ask(pool, "PostAuthentication", "PostAuthentication_Authentication", user.username, request)


def _changes(pool: Any, user: Any) -> Response | None:
    version = token_version(pool)
    request = {
        "userAttributes": attributes_of(user),
        "groupConfiguration": claims.group_configuration(user),
        **({} if version == V1 else {"scopes": SCOPES}),
        **current().answer_metadata,
    }
    member = claims.member_of(version)
    event_version = version.removeprefix("V").removesuffix("_0")
    names = (user.username, request, {member: None}, event_version)
    answer = ask(pool, "PreTokenGeneration", f"TokenGeneration_{_occasion()}", *names) or {}
    return answer.get(member)


def _occasion() -> str:
    if current().is_refresh:
        return "RefreshTokens"
    is_new = current().parameters.get("ChallengeName") == NEW_PASSWORD
    return "NewPasswordChallenge" if is_new else "Authentication"
