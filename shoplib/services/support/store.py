"""The support table: `TICKET#<id>` with its messages, `CHAT#<id>` with its messages and listeners, `CONNECTION#<id>`,
`DESK` with its listeners, `ORDER#<id>` with its followers, `COUNT#...`, `MAIL#<id>`, `REQUEST#<id>` and
`FORGOTTEN#<digest>`. And calls to the accounts service, the orders API, SES and the connections.
"""

import urllib.parse
from dataclasses import asdict, fields
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

import boto3
import urllib3
from boto3.dynamodb.types import TypeDeserializer

from shoplib.core import clock, config, ids, mails, members, telemetry, transactions
from shoplib.core.errors import Conflict, NotFound, Unauthenticated, Unavailable
from shoplib.core.transactions import Write
from shoplib.services.support.config import Config, MailConfig, MembersConfig, OrdersConfig, SocketConfig
from shoplib.services.support.domain import (
    CLOSED,
    MAX_MESSAGES,
    OPEN,
    REPLIED,
    STAFF,
    STORED_FOR,
    Letter,
    Message,
    Ticket,
)

OPEN_INDEX = "open"
MOST = 100
_ATTEMPTS = 5
_PATIENCE = urllib3.Timeout(connect=2, read=5)
Row = TypeVar("Row")


@cache
def table() -> Any:
    return boto3.resource("dynamodb").Table(config.load(Config).support_table_name)


@cache
def functions() -> Any:
    return boto3.client("lambda")


@cache
def ses() -> Any:
    return boto3.client("sesv2")


@cache
def http() -> Any:
    return urllib3.PoolManager(timeout=_PATIENCE, retries=False)


@cache
def sockets() -> Any:
    return boto3.client("apigatewaymanagementapi", endpoint_url=config.load(SocketConfig).connections_endpoint)


def directory() -> members.Directory:
    """The accounts service, which resolves sessions."""
    return members.Directory(functions().invoke, config.load(MembersConfig).members_function_name)


# ---- items ----


def read(pk: str, sk: str) -> dict[str, Any] | None:
    """The current item."""
    item: dict[str, Any] | None = table().get_item(Key={"pk": pk, "sk": sk}, ConsistentRead=True).get("Item")
    return item


def rows(pk: str, prefix: str, *, after: str = "", limit: int = MOST) -> list[dict[str, Any]]:
    """Items of a partition whose sort key begins with `prefix`, in order, from after `after`."""
    answer = table().query(
        KeyConditionExpression="pk = :pk AND sk BETWEEN :low AND :high",
        ExpressionAttributeValues={":pk": pk, ":low": f"{after or prefix}\x01", ":high": f"{prefix}~"},
        ConsistentRead=True,
        Limit=limit,
    )
    return list(answer["Items"])


def open_rows(kind: str, since: str) -> list[dict[str, Any]]:
    """Open tickets or chats whose last change was not before `since`, longest waiting first."""
    answer = table().query(
        IndexName=OPEN_INDEX,
        KeyConditionExpression="open_as = :kind AND last_at >= :since",
        ExpressionAttributeValues={":kind": kind, ":since": since},
        Limit=MOST,
    )
    return list(answer["Items"])


def row_to(cls: type[Row], item: dict[str, Any]) -> Row:
    """The dataclass of an item; numbers are integers."""
    present = {field.name: item[field.name] for field in fields(cls) if field.name in item}  # type: ignore[arg-type]
    return cls(**{name: value if isinstance(value, str) else int(value) for name, value in present.items()})


def item_of(pk: str, sk: str, row: Any, expires_at: int, **more: str) -> dict[str, Any]:
    """The item of a dataclass, without None values."""
    content = {name: value for name, value in asdict(row).items() if value is not None}
    return {"pk": pk, "sk": sk, **content, "expires_at": expires_at, **more}


def transact(writes: list[Write]) -> list[bool]:
    """Performs all writes or none; returns [], or for each write whether its condition failed."""
    return transactions.transact(table().meta.client, writes)


def add(writes: list[Write], user_id: str | None) -> bool:
    """Stores new items of a member or a guest; False if they exist. Unauthenticated if the member's account was
    deleted.
    """
    failed = transact([*writes, *([_remembered(user_id)] if user_id else [])])
    if user_id and failed and failed[-1]:
        raise Unauthenticated("unauthenticated", "This account was deleted.")
    return not failed


def forgotten_key(user_id: str) -> dict[str, str]:
    """The key of the item that marks a deleted user."""
    return {"pk": f"FORGOTTEN#{ids.fingerprint(user_id)}", "sk": "FORGOTTEN"}


def _remembered(user_id: str) -> Write:
    condition = {"ConditionExpression": "attribute_not_exists(pk)"}
    return {"ConditionCheck": {"TableName": table().name, "Key": forgotten_key(user_id), **condition}}


def put_new(item: dict[str, Any]) -> Write:
    """The write of an item that must not exist yet."""
    return {"Put": {"TableName": table().name, "Item": item, "ConditionExpression": "attribute_not_exists(pk)"}}


def update_write(pk: str, sk: str, expression: str, condition: str, names: dict[str, str], values: Any) -> Write:
    """The write of a conditional update."""
    more = {"ExpressionAttributeNames": names} if names else {}
    update = {"UpdateExpression": expression, "ConditionExpression": condition, "ExpressionAttributeValues": values}
    return {"Update": {"TableName": table().name, "Key": {"pk": pk, "sk": sk}, **update, **more}}


def count(what: str, most: int, now: datetime) -> bool:
    """Increments a counter within this hour; False if it has reached `most`."""
    hour = f"{now:%Y%m%d%H}"
    try:
        table().update_item(
            Key={"pk": f"COUNT#{what}#{hour}", "sk": "COUNT"},
            UpdateExpression="ADD seen :one SET expires_at = :end",
            ConditionExpression="attribute_not_exists(pk) OR seen < :most",
            ExpressionAttributeValues={":one": 1, ":most": most, ":end": clock.epoch_seconds(now) + 7_200},
        )
    except table().meta.client.exceptions.ConditionalCheckFailedException:
        return False
    return True


def image(record: dict[str, Any], name: str = "NewImage") -> dict[str, Any]:
    """An image in a record of the table's stream; {} if there is none."""
    attributes = record["dynamodb"].get(name, {})
    return {key: TypeDeserializer().deserialize(value) for key, value in attributes.items()}


# ---- tickets ----


def add_ticket(ticket: Ticket, message: Message, *more: Write) -> bool:
    """Stores a new ticket with its first message, and what else is to be stored with it; False when that is there. The
    function behind the table's stream sends the mail."""
    return add([put_new(_ticket_item(ticket)), put_new(_message_item(message)), *more], ticket.user_id)


def find_ticket(ticket_id: str) -> Ticket | None:
    """The current ticket."""
    item = read(f"TICKET#{ticket_id}", "TICKET")
    return row_to(Ticket, item) if item else None


def messages(ticket_id: str) -> list[Message]:
    """All messages of a ticket, in order."""
    return [row_to(Message, item) for item in rows(f"TICKET#{ticket_id}", "MESSAGE#", limit=MAX_MESSAGES)]


def message_of(record: dict[str, Any]) -> Message | None:
    """The new ticket message in a record of the table's stream; None if the record has none."""
    item = image(record) if record["eventName"] == "INSERT" else {}
    is_message = item.get("pk", "").startswith("TICKET#") and item["sk"].startswith("MESSAGE#")
    return row_to(Message, item) if is_message else None


def open_tickets() -> list[Ticket]:
    """Tickets that wait for a reply of the staff, longest waiting first."""
    return [row_to(Ticket, item) for item in open_rows("ticket", "0")]


def add_message(ticket: Ticket, author: str, name: str, text: str, closes: bool, now: datetime) -> Ticket:
    """Adds a message to a ticket. Conflict if it is full."""
    for _ in range(_ATTEMPTS):
        if ticket.messages >= MAX_MESSAGES:
            raise Conflict("ticket_full", f"A ticket has at most {MAX_MESSAGES} messages; open another one.")
        message = Message(ticket.ticket_id, ticket.messages + 1, author, name, text, clock.timestamp(now))
        if not transact([_progress(ticket, message, closes), put_new(_message_item(message))]):
            break
        ticket = find_ticket(ticket.ticket_id) or _refuse_unknown()
    else:
        raise Unavailable("busy", "Others write to this ticket right now; try again.", 1)
    return find_ticket(ticket.ticket_id) or _refuse_unknown()


def _refuse_unknown() -> Ticket:
    raise NotFound("no_such_ticket", "You have no such ticket.")


def _progress(ticket: Ticket, message: Message, closes: bool) -> Write:
    status = CLOSED if closes else REPLIED if message.author == STAFF else OPEN
    open_as = "SET #status = :status, messages = :number, last_at = :at, expires_at = :end"
    open_as += ", open_as = :open" if status == OPEN else " REMOVE open_as"
    values = {":status": status, ":number": message.number, ":at": message.at, ":seen": ticket.messages}
    values |= {":end": _end(message.at)} | ({":open": "ticket"} if status == OPEN else {})
    return update_write(
        f"TICKET#{ticket.ticket_id}", "TICKET", open_as, "messages = :seen", {"#status": "status"}, values
    )


def _ticket_item(ticket: Ticket) -> dict[str, Any]:
    return item_of(f"TICKET#{ticket.ticket_id}", "TICKET", ticket, _end(ticket.last_at), open_as="ticket")


def _message_item(message: Message) -> dict[str, Any]:
    return item_of(f"TICKET#{message.ticket_id}", f"MESSAGE#{message.number:06}", message, _end(message.at))


def _end(at: str) -> int:
    return clock.epoch_seconds(datetime.fromisoformat(at) + STORED_FOR)


# ---- mails ----


def is_sent(letter: Letter) -> bool:
    """Whether an email was already sent."""
    return read(f"MAIL#{letter.letter_id}", "MAIL") is not None


def send(letter: Letter, now: datetime) -> None:
    """Sends an email through SES and records that; raises if it fails."""
    mails.send(ses().send_email, config.load(MailConfig).sender_address, letter.to, letter.subject, letter.text)
    end = clock.epoch_seconds(now) + 30 * 86_400
    table().put_item(Item={"pk": f"MAIL#{letter.letter_id}", "sk": "MAIL", "expires_at": end})


# ---- orders ----


def order(order_id: str, key: str | None, token: str | None) -> dict[str, Any] | None:
    """An order from the orders API, with its key or session; None if the API refuses."""
    url = config.load(OrdersConfig).checkout_api_url.rstrip("/")
    if not url:
        message = "The template `fulfilment` has the orders: deploy it, and this one with its CheckoutApiUrl."
        raise Unavailable("no_orders", message)
    if not (key or token or "").isascii():
        return None  # no key or token is, and no header may be
    proof = {"x-order-key": key} if key else {"Authorization": f"Bearer {token}"}
    headers = {"x-correlation-id": telemetry.logger().get_correlation_id() or "", **proof, **telemetry.trace_headers()}
    try:
        answer = http().request("GET", f"{url}/orders/{urllib.parse.quote(order_id, safe='')}", headers=headers)
    except urllib3.exceptions.HTTPError as error:
        raise Unavailable("orders_unavailable", "The orders do not answer; try again.", 1) from error
    if answer.status >= 500 or answer.status == 429:
        raise Unavailable("orders_unavailable", "The orders cannot be read just now; try again.", 1)
    return dict(answer.json()) if answer.status == 200 else None
