"""Register, sign in and out, profile; and the authorizer that tells API Gateway who is calling."""

from dataclasses import asdict
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from shoplib.core import clock, config, events, http, ids, telemetry
from shoplib.core.errors import Unauthenticated
from shoplib.services.accounts import domain, store
from shoplib.services.accounts.config import Config

router = Router()


@router.post("/accounts")
def register() -> Response[str]:
    wanted = domain.registration(http.body(router))
    now = clock.now()
    user = domain.User(ids.new_id(), wanted.email, wanted.name, clock.timestamp(now))
    store.add_user(user, domain.hash_password(wanted.password, config.load(Config).password_hash_passes))
    telemetry.count("SignUps")
    _emit("sign_up", user.user_id)
    return _signed_in(201, user.user_id)


@router.post("/sessions")
def sign_in() -> Response[str]:
    email, password = domain.sign_in(http.body(router))
    # An unknown address costs the same time and gives the same answer as a wrong password.
    found = store.credentials(email) or domain.nobody(config.load(Config).password_hash_passes)
    if not domain.verify_password(password, found.password_hash):
        telemetry.count("SignInsRefused")
        raise Unauthenticated("invalid_credentials", "Email address or password is wrong.")
    telemetry.count("SignIns")
    _emit("login", found.user_id)
    return _signed_in(200, found.user_id)


@router.delete("/sessions")
def sign_out() -> Response[str]:
    token = domain.bearer_token(http.header(router, "Authorization"))
    store.remove_session(ids.fingerprint(token))
    return http.answer(204)


@router.get("/profile")
def profile() -> Response[str]:
    return http.answer(200, asdict(store.user(http.user_id(router))))


@router.put("/profile")
def change_profile() -> Response[str]:
    changes = domain.changes(http.body(router))
    return http.answer(200, asdict(store.change_user(http.user_id(router), changes)))


def _signed_in(status: int, user_id: str) -> Response[str]:
    session = domain.new_session(user_id, clock.now())
    store.add_session(session)
    expires_at = clock.timestamp(session.expires_at)
    return http.answer(status, {"user_id": user_id, "token": session.token, "expires_at": expires_at})


def _emit(name: str, user_id: str) -> None:
    store.emit(events.new(name, http.visit(router, user_id), event_id=ids.new_id(), at=clock.now()))


handler = http.rest_handler(router)


def check_session(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    try:
        token = domain.bearer_token(event.get("authorizationToken"))
    except Unauthenticated:
        token = ""
    user_id = store.session_user(ids.fingerprint(token), clock.now()) if token else None
    if not user_id:
        # This very message is how a Lambda authorizer makes API Gateway answer 401.
        raise Exception("Unauthorized")
    return domain.policy(user_id, event["methodArn"])


authorize = telemetry.instrumented(check_session)
