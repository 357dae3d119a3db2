"""Register, sign in and out; profile, password and what is kept for the next order; who is calling, for API Gateway;
and the events and mails of all that."""

from dataclasses import replace
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from shoplib.core import clock, commands, config, events, http, ids, languages, members, outbox, telemetry
from shoplib.core.errors import Conflict, NotFound, Unauthenticated
from shoplib.services.accounts import (
    deletion,
    domain,
    entries,
    federation,
    guessing,
    mail,
    profiles,
    recovery,
    roles,
    sessions,
    sign_ins,
    store,
)
from shoplib.services.accounts.config import PasswordConfig

router = Router()


@router.post("/accounts")
def register() -> Response[str]:
    registration, user_id = domain.registration(http.body(router)), ids.new_id()
    attempt = guessing.attempt_from(http.source_address(router))
    with guessing.one_of_few():
        password_hash = domain.hash_password(registration.password, _passes())
    language = registration.language or languages.preferred(http.header(router, "Accept-Language"))
    user = domain.User(user_id, registration.email, registration.name, clock.timestamp(clock.now()), language=language)
    store.add_user(user, password_hash, _event("sign_up", user_id))
    guessing.forgive(attempt)  # who asks for addresses that are taken is slowed down; who registers is not
    telemetry.count("SignUps")
    return http.answer(201, sessions.to_response(sessions.begin(user_id, [])))


@router.post("/accounts/verification")
def verify() -> Response[str]:
    recovery.verify(http.body(router))
    return http.answer(204)


@router.post("/accounts/recovery")
def recover() -> Response[str]:
    recovery.request(http.body(router), http.source_address(router))
    return http.answer(202, {"message": "If an account has this address, a mail is on its way."})


@router.post("/accounts/password")
def reset_password() -> Response[str]:
    recovery.reset_password(http.body(router))
    return http.answer(204)


@router.post("/sessions")
def sign_in() -> Response[str]:
    email, password = domain.sign_in(http.body(router))
    user_id = _check(email, password)
    telemetry.count("SignIns")
    return http.answer(200, sessions.to_response(sessions.begin(user_id, _event("login", user_id))))


@router.post("/sessions/refresh")
def refresh() -> Response[str]:
    return http.answer(200, sessions.to_response(sessions.refresh(http.body(router))))


@router.delete("/sessions")
def sign_out() -> Response[str]:
    sessions.end(members.fingerprint(http.header(router, "Authorization")))
    return http.answer(204)


@router.delete("/profile/sessions")
def sign_out_everywhere() -> Response[str]:
    sign_ins.end_all_sign_ins(http.user_id(router))
    return http.answer(204)


@router.get("/profile")
def profile() -> Response[str]:
    return http.answer(200, domain.to_response(_me()))


@router.put("/profile")
def change_profile() -> Response[str]:
    body, me = http.body(router), _me()
    changed = replace(me, name=domain.name(body), language=languages.optional(body) or me.language)
    return http.answer(200, domain.to_response(store.change_user(me, changed)))


@router.delete("/profile")
def delete_account() -> Response[str]:
    password, me = domain.attempted_password(http.body(router)), _me()
    _check(me.email, password)
    store.remove_user(me)
    telemetry.count("AccountsDeleted")
    return http.answer(204)


@router.get("/profile/export")
def export() -> Response[str]:
    me = _me()
    return http.answer(200, {**domain.to_response(me), "sign_ins": sign_ins.all_of(me.user_id)})


@router.put("/profile/password")
def change_password() -> Response[str]:
    body = http.body(router)
    password, current, me = domain.password(body), domain.attempted_password(body, "current_password"), _me()
    _check(me.email, current)
    with guessing.one_of_few():
        password_hash = domain.hash_password(password, _passes())
    store.set_password(me, password_hash)
    return http.answer(200, sessions.to_response(sessions.begin(me.user_id, [])))


@router.post("/profile/verification")
def ask_for_verification() -> Response[str]:
    me = _me()
    if me.email_verified:
        raise Conflict("already_verified", "This address is verified already.")
    recovery.request_verification(me.user_id, http.source_address(router))
    return http.answer(202)


@router.post("/profile/addresses")
def add_address() -> Response[str]:
    return _keep_address(201, profiles.address(http.body(router)), _me(), ids.new_id())


@router.put("/profile/addresses/<address_id>")
def change_address(address_id: str) -> Response[str]:
    address, me = profiles.address(http.body(router)), _me()
    return _keep_address(200, address, me, _known(me.addresses, address_id, "address"))


@router.delete("/profile/addresses/<address_id>")
def remove_address(address_id: str) -> Response[str]:
    me = _me()
    rest = profiles.without_address(me.addresses, _known(me.addresses, address_id, "address"))
    store.change_user(me, replace(me, addresses=rest))
    return http.answer(204)


@router.post("/profile/payment-methods")
def add_payment_method() -> Response[str]:
    way, way_id, me = profiles.payment_method(http.body(router)), ids.new_id(), _me()
    store.change_user(me, replace(me, payment_methods=profiles.with_payment_method(me.payment_methods, way_id, way)))
    return http.answer(201, profiles.way_to_response(way_id, way))


@router.delete("/profile/payment-methods/<way_id>")
def remove_payment_method(way_id: str) -> Response[str]:
    me = _me()
    known = _known(me.payment_methods, way_id, "payment method")
    rest = {key: way for key, way in me.payment_methods.items() if key != known}
    store.change_user(me, replace(me, payment_methods=rest))
    return http.answer(204)


def _check(email: str, password: str) -> str:
    """Whose password it is. Unauthenticated when it is wrong, TooManyRequests after some of those.

    An unknown address costs the same time and gives the same answer as a wrong password.
    """
    attempt = guessing.attempt(email, http.source_address(router))
    credentials = store.credentials(email) or domain.nobody(_passes())
    with guessing.one_of_few():
        right = domain.verify_password(password, credentials.password_hash)
    if not right:
        telemetry.count("SignInsRefused")
        raise Unauthenticated("invalid_credentials", "Email address or password is wrong.")
    guessing.forgive(attempt)
    return credentials.user_id


def _me() -> domain.User:
    return store.user(http.user_id(router))


def _keep_address(status: int, address: profiles.Address, me: domain.User, address_id: str) -> Response[str]:
    addresses = profiles.with_address(me.addresses, address_id, address)
    store.change_user(me, replace(me, addresses=addresses))
    return http.answer(status, profiles.address_to_response(address_id, addresses[address_id]))


def _passes() -> int:
    return config.load(PasswordConfig).password_hash_passes


def _known(entries: Any, key: str, what: str) -> str:
    key = http.path_value(key)
    if key not in entries:
        raise NotFound("no_such_entry", f"The profile has no such {what}.")
    return key


def _event(name: str, user_id: str) -> list[events.Event]:
    return [events.new(name, http.visit(router, user_id), event_id=ids.new_id(), at=clock.now())]


handler = http.rest_handler(router)


federated = Router()


@federated.post("/sessions")
def sign_in_elsewhere() -> Response[str]:
    """API Gateway has verified the provider's token; what it says is all that is taken from it."""
    authorizer = federated.current_event["requestContext"].get("authorizer", {})
    identity = federation.identity(authorizer.get("jwt", {}).get("claims", {}))
    user_id, is_new = federation.user_of(identity)
    published = [
        events.new(name, http.visit(federated, user_id), event_id=ids.new_id(), at=clock.now())
        for name in (("sign_up",) if is_new else ("login",))
    ]
    telemetry.count("FederatedSignIns")
    return http.answer(200, sessions.to_response(sessions.begin(user_id, published)))


federate = http.http_handler(federated)


def check_session(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Who is calling, for API Gateway. A REQUEST comes from routes that are open to guests: no header, no user."""
    header = sessions.authorization(event)
    if header is None and event["type"] == "REQUEST":
        return sessions.policy(None, event["methodArn"])
    try:
        member = sessions.member_of(members.fingerprint(header))
    except Unauthenticated:
        member = None
    if not member:
        # This very message is how a Lambda authorizer makes API Gateway answer 401.
        raise Exception("Unauthorized")
    return sessions.policy(member, event["methodArn"])


authorize = telemetry.instrument(check_session)


def find_member(command: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Whose session it is, for services that have no authorizer; `core.members` has the words."""
    return commands.answer(roles.member, command)


find = telemetry.instrument(find_member)


def give_role(command: dict[str, Any], _context: Any) -> dict[str, Any]:
    """{"user_id" or "email", "role": "staff" or null} -> {"user_id", "email", "role"}, for the shop's operator."""
    return commands.answer(roles.give, command)


set_role = telemetry.instrument(give_role)


def publish_changes(batch: dict[str, Any], _context: Any) -> None:
    outbox.relay(batch, outbox.carried, store.publish)


publish = telemetry.instrument(publish_changes)


def send_asked(batch: dict[str, Any], _context: Any) -> None:
    for ask in mail.asks(batch):
        recovery.send(ask)
        telemetry.count("MailsSent")


send_mails = telemetry.instrument(send_asked)


def announce_changes(batch: dict[str, Any], _context: Any) -> None:
    for change in deletion.changes(batch):
        store.announce(change)


announce = telemetry.instrument(announce_changes)


def read_entries(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """For services that act for a member whose session they have checked (`entries.read`)."""
    return commands.answer(entries.read, event)


profile_entries = telemetry.instrument(read_entries)
