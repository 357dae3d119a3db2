"""Real invoices through the shop: as orders (import -> SQS -> orders -> events) or as events straight into the stream.

Both ways derive the same event ids, so whatever is replayed twice is counted once.
"""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from decimal import Decimal
from itertools import groupby, islice
from typing import Any, NamedTuple, TypeVar

import pandas as pd

from shoplib.core import events, ids, money
from shoplib.core.clock import timestamp
from shoplib.core.orders import Order, OrderLine
from shoplib.errors import LabError
from shoplib.lab import Lab
from shoplib.shoppers.online_retail import Source

CURRENCY = "GBP"
# Orders of one invocation: a quarter of Lambda's 6 MB request at the largest invoices.
ORDERS_A_CALL = 20
EVENTS_A_CALL = events.MAX_RECORDS
# Calls in flight; more would only queue in front of the engine.
AT_ONCE = 4
VISIT = events.Visit(anonymous_id="", channel="import", source="online-retail", medium="import")

Done = Callable[[int], None]
T = TypeVar("T")


class Line(NamedTuple):
    """One row of the data set as it is replayed; quantities of returns are positive: what came back."""

    invoice: str
    number: int
    product_id: str
    product_name: str | None
    quantity: int
    mills: int
    customer: str | None
    country: str
    placed_at: str
    is_return: bool

    @property
    def anonymous_id(self) -> str:
        return f"customer-{self.customer}" if self.customer else f"invoice-{self.invoice}"

    @property
    def price_minor(self) -> money.Amount:
        return _minor(self.mills)

    @property
    def value_minor(self) -> money.Amount:
        return _minor(self.mills * self.quantity)


def _minor(mills: int) -> money.Amount:
    """Thousandths of a pound as pence, exactly."""
    return mills // 10 if mills % 10 == 0 else Decimal(mills) / 10


def lines(frame: pd.DataFrame) -> Iterator[Line]:
    """The rows of a source's frame, in its order."""
    sign = frame.is_return.map({True: -1, False: 1})
    customers = frame.CustomerID.astype("string")
    placed = frame.placed_at.map(timestamp)
    columns = [
        frame.InvoiceNo,
        frame.line,
        frame.StockCode,
        frame.Description,
        frame.Quantity * sign,
        frame.mills,
        customers,
        frame.Country,
        placed,
        frame.is_return,
    ]
    return (Line(*row) for row in zip(*(_objects(column) for column in columns), strict=True))


def _objects(column: pd.Series) -> list[Any]:
    return column.astype(object).where(column.notna(), None).tolist()


def event(line: Line) -> events.Event:
    """The `purchase` or `refund` that the orders service would publish for this line."""
    name = "refund" if line.is_return else "purchase"
    fields = {
        **vars(VISIT),
        "event_id": ids.derived_id(line.invoice, line.number, name),
        "event_time": line.placed_at,
        "event_name": name,
        "schema_version": events.SCHEMA_VERSION,
        "anonymous_id": line.anonymous_id,
        "user_id": line.customer,
        "country": line.country,
        "order_id": line.invoice,
        "order_line": line.number,
        "product_id": line.product_id,
        "product_name": line.product_name,
        "price_minor": line.price_minor,
        "value_minor": line.value_minor,
        "quantity": line.quantity,
        "currency": CURRENCY,
    }
    return {key: value for key, value in fields.items() if value is not None}


def order(invoice: list[Line]) -> Order:
    """One invoice as the order (or the return) that it records."""
    first = invoice[0]
    return Order(
        order_id=first.invoice,
        type="return" if first.is_return else "order",
        placed_at=first.placed_at,
        anonymous_id=first.anonymous_id,
        user_id=first.customer,
        country=first.country,
        currency=CURRENCY,
        channel=VISIT.channel,
        source=VISIT.source,
        medium=VISIT.medium,
        lines=tuple(
            OrderLine(line.product_id, line.product_name or line.product_id, None, line.quantity, line.price_minor)
            for line in invoice
        ),
    )


def orders(frame: pd.DataFrame) -> Iterator[Order]:
    """The invoices of a frame, each with all its lines."""
    by_invoice = frame.sort_values(["InvoiceNo", "line"], key=_first_seen(frame), kind="stable")
    return (order(list(invoice)) for _, invoice in groupby(lines(by_invoice), key=lambda line: line.invoice))


def _first_seen(frame: pd.DataFrame) -> Callable[[pd.Series], pd.Series]:
    """Sorts invoices by when they first occur, and lines by number: the shop's own order."""
    rank = {invoice: place for place, invoice in enumerate(frame.InvoiceNo.drop_duplicates())}
    return lambda column: column.map(rank) if column.name == "InvoiceNo" else column


def as_orders(lab: Lab, source: Source, count: int | None, done: Done = lambda _count: None) -> int:
    """Import the first `count` invoices (all: None) as priced, paid orders; answers how many were queued.

    LabError when the shop refuses one. `done` gets the number of orders after each call.
    """
    name = lab.stack("fulfilment").physical_id("ImportOrdersFunction")
    functions = lab.client("lambda")

    def send(batch: list[Order]) -> int:
        payload = _json({"orders": [order.to_message() for order in batch]})
        answer = functions.invoke(FunctionName=name, Payload=payload)
        body = json.loads(answer["Payload"].read())
        _refuse(answer, body)
        return int(body["queued"])

    return _all(send, _chunks(orders(source.invoices(count)), ORDERS_A_CALL), done)


def as_events(lab: Lab, source: Source, count: int | None, done: Done = lambda _count: None) -> int:
    """Put the lines of the first `count` invoices (all: None) on the stream as events; answers how many."""
    stream = lab.outputs("clickstream")["EventStreamName"]
    put = lab.client("kinesis").put_records

    def send(batch: list[Line]) -> int:
        events.publish(put, stream, [event(line) for line in batch])
        return len(batch)

    return _all(send, _chunks(lines(source.invoices(count)), EVENTS_A_CALL), done)


def stock_for(source: Source, count: int | None) -> dict[str, int]:
    """The pieces of each product that the first `count` invoices take: what must be on the shelves for them."""
    lines = source.invoices(count)
    lines = lines[(lines.Quantity > 0) & ~lines.is_return]
    return {str(product): int(pieces) for product, pieces in lines.groupby("StockCode").Quantity.sum().items()}


def _json(value: Any) -> bytes:
    return json.dumps(value, default=money.to_json, ensure_ascii=False, allow_nan=False).encode()


def _refuse(answer: dict[str, Any], body: dict[str, Any]) -> None:
    if "FunctionError" in answer:
        raise LabError(f"the import failed: {body.get('errorMessage', body)}", "read its log: lab.logs(...)")
    if body["rejected"]:
        raise LabError(
            f"the shop refused {len(body['rejected'])} orders: {body['rejected'][0]}", "is the data complete?"
        )


def _chunks(items: Iterator[T], size: int) -> Iterator[list[T]]:
    while batch := list(islice(items, size)):
        yield batch


def _all(send: Callable[[list[T]], int], batches: Iterator[list[T]], done: Done) -> int:
    """Send every batch, a few at once, never more in memory than are in flight."""
    total = 0
    with ThreadPoolExecutor(AT_ONCE) as pool:
        flying: set[Future[int]] = set()
        for batch in batches:
            flying.add(pool.submit(send, batch))
            while len(flying) >= AT_ONCE * 2:
                total += _collect(flying, done)
        while flying:
            total += _collect(flying, done)
    return total


def _collect(flying: set[Future[int]], done: Done) -> int:
    landed, _ = wait(flying, return_when=FIRST_COMPLETED)
    flying -= landed
    counts = [future.result() for future in landed]
    done(sum(counts))
    return sum(counts)
