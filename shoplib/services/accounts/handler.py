"""Register, sign in and out, profile; who is calling, for API Gateway; and the events of all that."""

from dataclasses import asdict
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from shoplib.core import clock, config, events, http, ids, outbox, telemetry
from shoplib.core.errors import Unauthenticated
from shoplib.services.accounts import domain, guessing, store
from shoplib.services.accounts.config import PasswordConfig

router = Router()


@router.post("/accounts")
def register() -> Response[str]:
    registration, user_id = domain.registration(http.body(router)), ids.new_id()
    with guessing.one_of_few():
        password_hash = domain.hash_password(registration.password, config.load(PasswordConfig).password_hash_passes)
    user = domain.User(user_id, registration.email, registration.name, clock.timestamp(clock.now()))
    store.add_user(user, password_hash, _event("sign_up", user_id))
    telemetry.count("SignUps")
    return _signed_in(201, user_id)


@router.post("/sessions")
def sign_in() -> Response[str]:
    email, password = domain.sign_in(http.body(router))
    attempt = guessing.attempt(email, http.source_address(router))
    # An unknown address costs the same time and gives the same answer as a wrong password.
    credentials = store.credentials(email) or domain.nobody(config.load(PasswordConfig).password_hash_passes)
    with guessing.one_of_few():
        right = domain.verify_password(password, credentials.password_hash)
    if not right:
        telemetry.count("SignInsRefused")
        raise Unauthenticated("invalid_credentials", "Email address or password is wrong.")
    guessing.forgive(attempt)
    telemetry.count("SignIns")
    return _signed_in(200, credentials.user_id, "login")


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


def _signed_in(status: int, user_id: str, *names: str) -> Response[str]:
    session = domain.new_session(user_id, clock.now())
    store.add_session(session, [event for name in names for event in _event(name, user_id)])
    expires_at = clock.timestamp(session.expires_at)
    return http.answer(status, {"user_id": user_id, "token": session.token, "expires_at": expires_at})


def _event(name: str, user_id: str) -> list[events.Event]:
    return [events.new(name, http.visit(router, user_id), event_id=ids.new_id(), at=clock.now())]


handler = http.rest_handler(router)


def check_session(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Who is calling, for API Gateway. A REQUEST comes from routes that are open to guests: no header, no user."""
    header = _authorization(event)
    if header is None and event["type"] == "REQUEST":
        return domain.policy(None, event["methodArn"])
    try:
        token = domain.bearer_token(header)
    except Unauthenticated:
        token = ""
    user_id = store.session_user(ids.fingerprint(token), clock.now()) if token else None
    if not user_id:
        # This very message is how a Lambda authorizer makes API Gateway answer 401.
        raise Exception("Unauthorized")
    return domain.policy(user_id, event["methodArn"])


def _authorization(event: dict[str, Any]) -> str | None:
    if event["type"] == "TOKEN":
        return str(event.get("authorizationToken") or "")
    sent = event.get("headers") or {}
    return next((value for name, value in sent.items() if name.lower() == "authorization"), None)


authorize = telemetry.instrument(check_session)


def publish_changes(batch: dict[str, Any], _context: Any) -> None:
    outbox.relay(batch, outbox.carried, store.publish)


publish = telemetry.instrument(publish_changes)
