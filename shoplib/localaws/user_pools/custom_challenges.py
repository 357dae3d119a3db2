"""CUSTOM_AUTH: functions define the challenges, create them and verify the answers, until tokens are issued or denied.

https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-challenge.html
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from moto.cognitoidp.exceptions import (
    InvalidParameterException,
    NotAuthorizedError,
    UserNotConfirmedException,
    UserNotFoundError,
)
from moto.cognitoidp.models import CognitoIdpBackend, UserStatus

from shoplib.localaws import engine_clock
from shoplib.localaws.absent_operations.not_supported import NotSupported
from shoplib.localaws.moto_patches import Method, wrap
from shoplib.localaws.user_pools.current_call import current
from shoplib.localaws.user_pools.pools import pool_of_client
from shoplib.localaws.user_pools.settings import function_of
from shoplib.localaws.user_pools.srp import VERIFIER, Exchange
from shoplib.localaws.user_pools.trigger_calls import InvalidLambdaResponse
from shoplib.localaws.user_pools.triggers import Response, ask, attributes_of, not_found_flag

FLOW, CHALLENGE = "CUSTOM_AUTH", "CUSTOM_CHALLENGE"
DEFINE, CREATE, VERIFY = "DefineAuthChallenge", "CreateAuthChallenge", "VerifyAuthChallengeResponse"
NOT_CONFIGURED = "Custom auth lambda trigger is not configured for the user pool."
DENIED = "Incorrect username or password."
INVALID, EXPIRED = "Invalid session for the user.", "Invalid session for the user, session is expired."
UNDEFINED = {"challengeName": None, "issueTokens": None, "failAuthentication": None}
UNCREATED = {"publicChallengeParameters": None, "privateChallengeParameters": None, "challengeMetadata": None}
Parameters = Mapping[str, str]


@dataclass
class Attempt:
    """A person's way through the challenges: the results so far, and the challenge that waits for an answer."""

    results: list[dict[str, Any]] = field(default_factory=list)
    private: dict[str, str] = field(default_factory=dict)
    metadata: str | None = None
    until: float = 0.0
    exchange: Exchange | None = None


def install() -> None:
    wrap(CognitoIdpBackend, "respond_to_auth_challenge", _answering)


def require_function(pool: Any) -> None:
    if not function_of(pool, DEFINE):
        raise InvalidParameterException(NOT_CONFIGURED)


def begin(backend: Any, pool: Any, user: Any, values: Parameters) -> Any:
    if not values.get("USERNAME"):
        raise InvalidParameterException("Missing required parameter USERNAME")
    _require_active(user)
    if values.get("CHALLENGE_NAME") != "SRP_A":
        return _next(backend, pool, user, Attempt())
    return _next(backend, pool, user, Attempt([_passed("SRP_A")], exchange=Exchange.begin(values)))


def _require_active(user: Any) -> None:
    if user is None:
        raise UserNotFoundError("User does not exist.")
    if not user.enabled:
        raise NotAuthorizedError("User is disabled.")
    if user.status == UserStatus.UNCONFIRMED:
        raise UserNotConfirmedException("User is not confirmed.")


def _answering(original: Method) -> Method:
    def respond_to_auth_challenge(
        backend: Any, session: str, client_id: str, challenge_name: str, challenge_responses: Parameters
    ) -> Any:
        values = challenge_responses or {}
        if challenge_name == CHALLENGE:
            return _answer(backend, session, client_id, values)
        if challenge_name == VERIFIER and (awaiting := _attempt_of(backend, client_id, values)):
            return _verify_password(backend, *awaiting, values)
        return original(backend, session, client_id, challenge_name, challenge_responses)

    return respond_to_auth_challenge


def _answer(backend: Any, session: str, client_id: str, values: Parameters) -> Any:
    for name in ("USERNAME", "ANSWER"):
        if name not in values:
            raise InvalidParameterException(f"Missing required parameter {name}")
    pool = pool_of_client(backend, client_id)
    user = pool._get_user(values["USERNAME"]) if pool else None
    attempt = _attempts(user).pop(session, None) if user else None
    if attempt is None:
        raise NotAuthorizedError(INVALID)
    if attempt.until < engine_clock.now():
        raise NotAuthorizedError(EXPIRED)
    _require_active(user)
    attempt.results.append(_result(pool, user, attempt, values["ANSWER"]))
    return _next(backend, pool, user, attempt)


def _attempt_of(backend: Any, client_id: str, values: Parameters) -> tuple[Any, Any, Attempt] | None:
    """The attempt that waits for a password; None when a sign-in without functions does."""
    pool = pool_of_client(backend, client_id)
    user = pool._get_user(values.get("USERNAME", "")) if pool else None
    attempt = _attempts(user).pop(values.get("PASSWORD_CLAIM_SECRET_BLOCK", ""), None) if user else None
    return (pool, user, attempt) if attempt else None


def _verify_password(backend: Any, pool: Any, user: Any, attempt: Attempt, values: Parameters) -> Any:
    if attempt.exchange is None or attempt.until < engine_clock.now():
        raise NotAuthorizedError(EXPIRED)
    attempt.exchange.require_signature(pool, user, values)
    attempt.results.append(_passed(VERIFIER))
    return _next(backend, pool, user, attempt)


def _passed(name: str) -> dict[str, Any]:
    return {"challengeName": name, "challengeResult": True, "challengeMetadata": None}


def _result(pool: Any, user: Any, attempt: Attempt, answer: str) -> dict[str, Any]:
    request = _request(pool, user, privateChallengeParameters=attempt.private, challengeAnswer=answer)
    verified = _answer_of(pool, user, VERIFY, request, {"answerCorrect": None})
    return {
        "challengeName": CHALLENGE,
        "challengeResult": bool(verified.get("answerCorrect")),
        "challengeMetadata": attempt.metadata,
    }


def _next(backend: Any, pool: Any, user: Any, attempt: Attempt) -> Any:
    """Tokens, or the next challenge."""
    defined = _answer_of(pool, user, DEFINE, _request(pool, user, session=attempt.results), UNDEFINED)
    if defined.get("failAuthentication"):
        raise NotAuthorizedError(DENIED)
    if defined.get("issueTokens"):
        return backend._log_user_in(pool, pool.clients[current().client_id], user.username)
    return _challenge(pool, user, attempt, defined.get("challengeName"))


def _challenge(pool: Any, user: Any, attempt: Attempt, name: str | None) -> dict[str, Any]:
    if not name:
        raise InvalidLambdaResponse
    if name == VERIFIER and (exchange := attempt.exchange):
        parameters, session = exchange.parameters(pool, user), _waiting(pool, user, attempt, exchange.block)
        return {"ChallengeName": name, "Session": session, "ChallengeParameters": parameters}
    if name != CHALLENGE:
        raise NotSupported(f"The challenge {name} within AuthFlow CUSTOM_AUTH of cognito-idp:InitiateAuth")
    request = _request(pool, user, challengeName=name, session=attempt.results)
    created = _answer_of(pool, user, CREATE, request, UNCREATED)
    attempt.private, attempt.metadata = (
        created.get("privateChallengeParameters") or {},
        created.get("challengeMetadata"),
    )
    parameters = {"USERNAME": user.username} | (created.get("publicChallengeParameters") or {})
    return {"ChallengeName": name, "Session": _waiting(pool, user, attempt), "ChallengeParameters": parameters}


def _waiting(pool: Any, user: Any, attempt: Attempt, session: str = "") -> str:
    """The session under which the answer is awaited; those that are over are forgotten."""
    minutes = pool.clients[current().client_id].extended_config.get("AuthSessionValidity") or 3
    session, attempts, now = session or secrets.token_urlsafe(64), _attempts(user), engine_clock.now()
    for each in [key for key, other in attempts.items() if other.until < now]:
        del attempts[each]
    attempt.until = now + 60 * int(minutes)
    attempts[session] = attempt
    return session


def _attempts(user: Any) -> dict[str, Attempt]:
    attempts: dict[str, Attempt] = user.__dict__.setdefault("lab_attempts", {})
    return attempts


def _request(pool: Any, user: Any, **members: Any) -> dict[str, Any]:
    hidden = not_found_flag(pool, current().client_id)
    return {"userAttributes": attributes_of(user), **members, **current().answer_metadata, **hidden}


def _answer_of(pool: Any, user: Any, trigger: str, request: Mapping[str, Any], response: Mapping[str, Any]) -> Response:
    answer = ask(pool, trigger, f"{trigger}_Authentication", user.username, request, response)
    if answer is None:
        raise InvalidParameterException(NOT_CONFIGURED)
    return answer
