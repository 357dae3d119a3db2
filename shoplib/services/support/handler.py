"""Tickets over HTTP and their emails; chats and orders over WebSocket, and the frames pushed to connections."""

import json
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from shoplib.core import account_changes, checks, clock, config, health, http, ids, languages, telemetry
from shoplib.core.errors import InvalidRequest, NotFound, ShopError, TooManyRequests
from shoplib.core.members import Member
from shoplib.services.support import connections, domain, forgetting, frames, pushing, repeating, store
from shoplib.services.support.config import TicketsConfig
from shoplib.services.support.domain import SHOPPER, STAFF, Ticket
from shoplib.services.support.repeating import Opened, Request

router = Router()


@router.post("/tickets")
def open_ticket() -> Response[str]:
    body, member, address = http.body(router), _member(), ids.fingerprint(http.source_address(router))
    language = languages.preferred(http.header(router, "Accept-Language"))
    secret, user_id = ids.new_secret(), member.user_id if member else None
    ticket, message = domain.ticket(body, secret, user_id, language, clock.now())
    request = _request(f"user:{user_id}" if user_id else f"guest:{address}", body)
    if request and (opened := repeating.opened(request)):
        return _answer_again(opened)
    _count_ticket(address)
    more = [repeating.note(request, ticket.ticket_id, secret, clock.now())] if request else []
    if not store.add_ticket(ticket, message, *more):
        # The same request was faster by a moment.
        return _answer_again(repeating.opened(request) if request else None)
    telemetry.count("TicketsOpened")
    return http.answer(201, {**domain.to_response(ticket, [message]), "ticket_key": secret})


@router.get("/tickets")
def open_tickets() -> Response[str]:
    store.directory().staff_of(http.header(router, "Authorization"))
    return http.answer(200, {"tickets": [domain.to_row(each) for each in store.open_tickets()]})


@router.get("/tickets/<ticket_id>")
def read_ticket(ticket_id: str) -> Response[str]:
    ticket, _, _ = _ticket(ticket_id)
    return http.answer(200, domain.to_response(ticket, store.messages(ticket.ticket_id)))


@router.post("/tickets/<ticket_id>/messages")
def write_message(ticket_id: str) -> Response[str]:
    body = http.body(router)
    text, closes = domain.text(body), checks.flag(body, "closes")
    ticket, author, name = _ticket(ticket_id)
    if closes and author != STAFF:
        raise InvalidRequest("closes is for the staff.")
    ticket = store.add_message(ticket, author, name, text, closes, clock.now())
    return http.answer(201, domain.to_response(ticket, store.messages(ticket.ticket_id)))


@router.get("/health")
def is_healthy() -> Response[str]:
    return health.answer({"support table": lambda: store.read("health", "health")})


def _request(owner: str, body: dict[str, Any]) -> Request | None:
    """The form with its Idempotency-Key; None if it has no key."""
    if not router.current_event.headers.get("Idempotency-Key"):
        return None
    key = http.header(router, "Idempotency-Key", maximum=repeating.MAX_KEY)
    if not key:
        raise InvalidRequest(
            f"Idempotency-Key must have 1 to {repeating.MAX_KEY} characters, a new one for each ticket."
        )
    return repeating.request(key, owner, body)


def _answer_again(opened: Opened | None) -> Response[str]:
    """The current ticket that the same request opened."""
    ticket = store.find_ticket(opened.ticket_id) if opened else None
    if not opened or not ticket:
        raise _no_such_ticket()
    return http.answer(
        201, {**domain.to_response(ticket, store.messages(ticket.ticket_id)), "ticket_key": opened.ticket_key}
    )


def _count_ticket(address: str) -> None:
    if not store.count(f"TICKETS#{address}", config.load(TicketsConfig).tickets_per_hour, clock.now()):
        raise TooManyRequests("too_many_tickets", "Too many messages came from here; try again in an hour.", 3_600)


def _no_such_ticket() -> NotFound:
    return NotFound("no_such_ticket", "You have no such ticket.")


def _ticket(ticket_id: str) -> tuple[Ticket, str, str]:
    """A ticket, and the caller's side in it: by its key, as the member who opened it, or as staff."""
    key = http.header(router, "x-ticket-key")
    member = None if key else _member()
    if not (key or member):
        raise InvalidRequest("Send the ticket_key of the contact form's answer as x-ticket-key, or sign in.")
    ticket = store.find_ticket(http.path_value(ticket_id))
    if ticket and member and member.is_staff:
        return ticket, STAFF, member.name
    # A wrong key and an unknown ticket look the same.
    if not ticket or not domain.may_read(ticket, key, member.user_id if member else None):
        raise _no_such_ticket()
    return ticket, SHOPPER, ticket.name


def _member() -> Member | None:
    """The signed-in user; None for a guest. Unauthenticated if the session has ended."""
    authorization = http.header(router, "Authorization", maximum=4_096)
    return store.directory().member_of(authorization) if authorization else None


handler = http.http_handler(router)


def send_mails(batch: dict[str, Any], _context: Any) -> None:
    """Sends the emails of new messages of tickets. Raises if that fails: the batch is retried."""
    for message in filter(None, map(store.message_of, batch["Records"])):
        ticket = store.find_ticket(message.ticket_id)
        letter = domain.letter(ticket, message) if ticket else None
        if letter and not store.is_sent(letter):
            store.send(letter, clock.now())
            telemetry.count("MailsSent")


mail = telemetry.instrument(send_mails)


def serve_socket(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """One event of the WebSocket API: a connection opens, sends a frame, or closes."""
    about = event["requestContext"]
    if about["eventType"] == "CONNECT":
        return _connect(about)
    if about["eventType"] == "DISCONNECT":
        connections.remove(about["connectionId"])
        return {"statusCode": 200}
    text = event.get("body") or ""
    return {"statusCode": 200, "body": json.dumps(_reply(about["connectionId"], text), ensure_ascii=False)}


def _connect(about: dict[str, Any]) -> dict[str, Any]:
    try:
        address = ids.fingerprint(about.get("identity", {}).get("sourceIp", "unknown"))
        connections.add(about["connectionId"], address, clock.now())
    except TooManyRequests:
        return {"statusCode": 429}
    return {"statusCode": 200}


def _reply(connection_id: str, text: str) -> dict[str, Any]:
    """The response to a frame; errors are responses too, as over HTTP."""
    try:
        body = frames.answer(connection_id, text)
    except ShopError as error:
        telemetry.logger().info("refused", extra={"code": error.code})
        body = {"type": "error", "error": error.code, "message": error.message, **error.details}
    except Exception:  # noqa: BLE001 - a connection must not break because of one frame
        telemetry.logger().exception("failed")
        telemetry.count_of_function("SocketFailures")
        body = {"type": "error", "error": "internal_error", "message": "The shop failed; try again."}
    return {**body, "request": _request_of(text)}


def _request_of(text: str) -> str | None:
    """The `request` of a frame, if it can be parsed."""
    try:
        return checks.optional_text(frames.parse(text), "request", maximum=64)
    except ShopError:
        return None


socket = telemetry.instrument(serve_socket)


def push_changes(batch: dict[str, Any], _context: Any) -> None:
    for record in batch["Records"]:
        pushing.push_change(record)


push = telemetry.instrument(push_changes)


def push_orders(event: dict[str, Any], _context: Any) -> None:
    for record in event["Records"]:
        pushing.push_order(record["Sns"]["Message"])


follow = telemetry.instrument(push_orders)


def forget_members(event: dict[str, Any], _context: Any) -> None:
    """Removes tickets and chats of members whose accounts were deleted."""
    for change in account_changes.each(event):
        telemetry.count("TicketsForgotten", forgetting.forget(change.user_id, clock.now()))


forget = telemetry.instrument(forget_members)
