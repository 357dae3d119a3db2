"""Calls of the shop as the local AWS records them: one checkout from the click to the lake, in company."""

import base64
import json
from collections.abc import Mapping
from typing import Any

from shoplib import architecture

Row = dict[str, Any]
ORDER, CART = "4f870c63-6519-556c-a5dc-bac69f16c180", "00000000-0000-4000-8000-000000000001"
PRODUCT = "9d0f6a0e-73a5-4c1e-9f55-0a4b5d3f2e10"  # in everybody's cart
MESSAGE = "5fea7756-0ea4-451a-a703-a558b933e274"
BEGUN, PAID, BOUGHT = (f"6f1c2a9e-1111-4222-8333-44445555666{digit}" for digit in (1, 2, 3))
FUNCTIONS = ("Checkout", "CheckoutEvents", "Cart", "Prices", "Orders", "ReserveStock", "OrdersEvents", "Analytics")
TABLES = ("Checkout", "Cart", "Catalog", "Orders", "Stock")
NAMED = [*(f"{name}Function" for name in FUNCTIONS), *(f"{name}Table" for name in TABLES), "OrdersQueue"]
NAMES = {
    **{f"shop-{node}-1X2Y3Z": node for node in NAMED},
    "shop-events": "EventStream",
    "shop-lake": "LakeBucket",
    "ch3ck0ut": "CheckoutApi",
    "sh0papi": "ShopApi",
}
PHYSICAL = {node: name for name, node in NAMES.items()}
SERVICES = {
    "Function": "lambda",
    "Table": "dynamodb",
    "Queue": "sqs",
    "Stream": "kinesis",
    "Bucket": "s3",
    "Api": "execute-api",
}
IDS = {
    f"{service}:{name}": node
    for name, node in NAMES.items()
    for ending, service in SERVICES.items()
    if node.endswith(ending)
}
CHECKOUT, ORDERS, EARLY, LATE = (f"1-65f0000{digit}-abcdefabcdefabcdefabcdef" for digit in (1, 2, 3, 4))


def other(number: int) -> str:
    """The trace of another shopper's checkout."""
    return f"1-65f0001{number}-fedcbafedcbafedcbafedcba"


def order_of(number: int) -> str:
    return f"0ther{number:03d}-0000-4000-8000-00000000000{number}".replace("0ther", "aaaaa")


def arn(node: str) -> str:
    """The ARN that a node calls by."""
    name = PHYSICAL[node]
    if node.endswith("Api"):
        return f"arn:aws:execute-api:us-east-1:123456789012:{name}/$default/POST/checkout"
    kinds = {"Function": f"lambda|:function:{name}", "Queue": f"sqs|:{name}", "Stream": f"kinesis|:stream/{name}"}
    service, tail = next(kind.split("|") for ending, kind in kinds.items() if node.endswith(ending))
    return f"arn:aws:{service}:us-east-1:123456789012{tail}"


def row(at: float, source: str, service: str, operation: str, target: str, ms: float | None, **more: Any) -> Row:
    """A recorded call `at` ms after the beginning."""
    caller = arn(source) if source in PHYSICAL else source
    trace = more.pop("trace", CHECKOUT)
    texts = {name: as_text(more.pop(name, "")) for name in ("payload", "answer")}
    header = f"Root={trace};Parent=53995c3f42cd8ad8;Sampled=0" if trace else ""
    common = {"at": 1_772_366_400 + at / 1000, "caller": caller, "service": service, "operation": operation}
    rest = {"resource": PHYSICAL.get(target, target), "ms": ms, "error": "", "trace": header, "links": []}
    return {**common, **rest, **texts, **more}


def as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def encoded(value: Any) -> str:
    return base64.b64encode(as_text(value).encode()).decode()


def order_message(order_id: str, visitor: str) -> dict[str, Any]:
    line = {"product_id": PRODUCT, "product_name": "REGENCY CAKESTAND 3 TIER", "quantity": 2, "price_minor": 1250}
    return {"order_id": order_id, "type": "order", "anonymous_id": visitor, "country": "Norway", "lines": [line]}


def event(event_id: str, name: str, visitor: str, **more: Any) -> dict[str, Any]:
    return {"event_id": event_id, "event_name": name, "anonymous_id": visitor, **more}


def message(order_id: str, visitor: str, message_id: str, trace: str) -> dict[str, Any]:
    return {
        "messageId": message_id,
        "body": as_text(order_message(order_id, visitor)),
        "attributes": {"ApproximateReceiveCount": "1", "AWSTraceHeader": f"Root={trace}"},
        "eventSource": "aws:sqs",
    }


def record(said: Mapping[str, Any]) -> dict[str, Any]:
    return {"kinesis": {"partitionKey": said["anonymous_id"], "data": encoded(said)}, "eventSource": "aws:kinesis"}


def put(*said: Mapping[str, Any]) -> dict[str, Any]:
    records = [{"Data": encoded(each), "PartitionKey": each["anonymous_id"]} for each in said]
    return {"StreamName": "shop-events", "Records": records}


def checkout() -> list[Row]:
    """From the click to the answer: everything on one trace."""
    body = {"cart_id": CART, "email": "ada@example.com", "payment": {"method": "card", "token": "tok_visa"}}
    accepted = {"statusCode": 202, "body": as_text({"order_id": ORDER, "amount_minor": 2500, "status": "accepted"})}
    draft = {"TableName": "checkout", "Item": {"id": {"S": f"ORDER#{ORDER}"}, "draft": {"M": {}}}}
    told = [event(BEGUN, "begin_checkout", "visitor-1"), event(PAID, "add_payment_info", "visitor-1")]
    sent = {"QueueUrl": "https://sqs/orders", "MessageBody": as_text(order_message(ORDER, "visitor-1"))}
    cart = {"cart_id": CART, "items": [{"product_id": PRODUCT, "quantity": 2}]}
    http = {"version": "2.0", "routeKey": "POST /checkout", "headers": {"idempotency-key": "checkout-1"}}
    return [
        row(0, "Clients", "execute-api", "POST /checkout", "CheckoutApi", 61.4, payload=body, answer=accepted["body"]),
        row(1.2, "CheckoutApi", "lambda", "InvokeFunction", "CheckoutFunction", 58.7,
            payload={**http, "body": as_text(body)}, answer=accepted),
        row(5.1, "CheckoutFunction", "dynamodb", "PutItem", "CheckoutTable", 2.4,
            payload={"TableName": "checkout", "Item": {"id": {"S": "checkout#2f1a"}, "status": {"S": "INPROGRESS"}}}),
        row(8.3, "CheckoutFunction", "execute-api", "GET /carts/{cart_id}", "ShopApi", 14.9, answer=cart),
        row(9.0, "ShopApi", "lambda", "InvokeFunction", "CartFunction", 13.6,
            payload={"path": f"/carts/{CART}", "httpMethod": "GET"}, answer={"statusCode": 200, "body": as_text(cart)}),
        row(10.8, "CartFunction", "dynamodb", "GetItem", "CartTable", 1.9,
            payload={"Key": {"pk": {"S": f"CART#{CART}"}}}, answer={"Item": {"pk": {"S": f"CART#{CART}"}}}),
        row(13.5, "CartFunction", "lambda", "InvokeFunction", "PricesFunction", 7.8,
            payload={"product_ids": [PRODUCT]}, answer={PRODUCT: {"price_minor": 1250}}),
        row(15.0, "PricesFunction", "dynamodb", "BatchGetItem", "CatalogTable", 2.7,
            payload={"RequestItems": {"catalog": {"Keys": [{"pk": {"S": PRODUCT}}]}}}),
        row(24.4, "CheckoutFunction", "dynamodb", "PutItem", "CheckoutTable", 2.2, payload=draft, answer={}),
        row(27.5, "CheckoutEventsFunction", "kinesis", "PutRecords", "EventStream", 4.1,
            payload=put(*told), answer={"FailedRecordCount": 0, "Records": [{"ShardId": "shardId-0"}] * 2}),
        row(32.9, "CheckoutFunction", "dynamodb", "PutItem", "CheckoutTable", 2.0,
            payload={"Item": {"id": {"S": f"PAYMENT#{ORDER}"}, "approved": {"BOOL": True}}}, answer={}),
        row(36.0, "CheckoutFunction", "sqs", "SendMessage", "OrdersQueue", 3.3, payload=sent,
            answer={"MessageId": MESSAGE}),
        row(54.6, "CheckoutFunction", "dynamodb", "UpdateItem", "CheckoutTable", 2.3,
            payload={"Key": {"id": {"S": "checkout#2f1a"}}, "UpdateExpression": "SET #status = :status"}),
    ]  # fmt: skip


def others() -> list[Row]:
    """Six other checkouts at the same time, and a deployment that has nothing to do with any."""
    rows = [row(12, "arn:aws:iam::123456789012:user/me", "cloudformation", "CreateStack", "shop-rest", 3.0, trace="")]
    for number in range(1, 7):
        sent = {"MessageBody": as_text(order_message(order_of(number), f"stranger-{number}"))}
        told = event(f"dddddddd-0000-4000-8000-00000000000{number}", "view_item", f"stranger-{number}")
        more = {"trace": other(number)}
        rows += [
            row(20 + number, "Clients", "execute-api", "POST /checkout", "CheckoutApi", 30.0, **more),
            row(22 + number, "CheckoutFunction", "sqs", "SendMessage", "OrdersQueue", 2.0, payload=sent, **more),
            row(
                23 + number,
                "CheckoutEventsFunction",
                "kinesis",
                "PutRecords",
                "EventStream",
                2.0,
                payload=put(told),
                **more,
            ),
        ]
    return rows


def orders(batch: int = 7) -> list[Row]:
    """The orders' function takes a batch of which one message is ours."""
    strangers = range(1, batch)
    messages = [
        message(order_of(n), f"stranger-{n}", f"bbbbbbbb-0000-4000-8000-00000000000{n}", other(n)) for n in strangers
    ]
    messages.insert(len(messages) // 2, message(ORDER, "visitor-1", MESSAGE, CHECKOUT))
    links = [CHECKOUT, *map(other, strangers)]
    more = {"trace": ORDERS}
    rows = [row(212, "OrdersQueue", "lambda", "InvokeFunction", "OrdersFunction", 71.0, links=links,
                payload={"Records": messages}, answer={"batchItemFailures": []}, **more)]  # fmt: skip
    commands = [{"operation": "reserve", "reservation_id": json.loads(each["body"])["order_id"]} for each in messages]
    rows.append(row(214, "OrdersFunction", "lambda", "InvokeFunction", "ReserveStockFunction", 40.0,
                    payload={"commands": commands}, answer={"outcomes": []}, **more))  # fmt: skip
    for place, each in enumerate(messages):
        body = json.loads(each["body"])
        id, visitor, at = body["order_id"], body["anonymous_id"], 216 + 9 * place
        mark = {"Put": {"TableName": "reservations", "Item": {"reservation_id": {"S": f"{id}#0"}}}}
        stock = {"Update": {"TableName": "stock", "Key": {"product_id": {"S": PRODUCT}}}}
        writes = {"TransactItems": [mark, stock]}
        bought = event(
            BOUGHT if id == ORDER else f"cccccccc-0000-4000-8000-00000000000{place}", "purchase", visitor, order_id=id
        )
        rows += [
            row(at, "ReserveStockFunction", "dynamodb", "UpdateItem", "StockTable", 3.4, payload=writes, **more),
            row(at + 2, "OrdersFunction", "dynamodb", "PutItem", "OrdersTable", 3.4,
                payload={"Item": {"order_id": {"S": id}}}, **more),
            row(at + 6, "OrdersEventsFunction", "kinesis", "PutRecords", "EventStream", 2.1,
                payload=put(bought), **more),
        ]  # fmt: skip
    return rows


def lake(batch: int = 7) -> list[Row]:
    """Two batches of the stream: what checkout told, and what that batch of orders bought; Parquet is not text."""
    told = [event(BEGUN, "begin_checkout", "visitor-1"), event(PAID, "add_payment_info", "visitor-1")]
    strangers = [event(f"dddddddd-0000-4000-8000-00000000000{n}", "view_item", f"stranger-{n}") for n in (1, 2, 3)]
    bought = [event(BOUGHT, "purchase", "visitor-1", order_id=ORDER)]
    if batch > 1:
        bought.append(event("eeeeeeee-0000-4000-8000-000000000001", "purchase", "stranger-4"))
    rows = []
    for at, trace, links, said in (
        (1043.0, EARLY, [CHECKOUT, other(1), other(2)], [strangers[0], *told, *strangers[1:]]),
        (2210.0, LATE, [ORDERS], bought),
    ):
        key = {"Bucket": "shop-lake", "Key": f"events/event_date=2026-03-01/{trace[2:10]}.parquet"}
        rows += [
            row(at, "EventStream", "lambda", "InvokeFunction", "AnalyticsFunction", 48.0, trace=trace, links=links,
                payload={"Records": [record(each) for each in said]}, answer={"batchItemFailures": []}),
            row(at + 31, "AnalyticsFunction", "s3", "PutObject", "LakeBucket", 9.5, trace=trace, answer=key),
        ]  # fmt: skip
    return rows


def story() -> list[Row]:
    """One order's whole way, among other people's, oldest first."""
    return sorted([*checkout(), *others(), *orders(), *lake()], key=lambda each: each["at"])


def trouble() -> list[Row]:
    """A checkout that is refused by its table, and reads what no policy lets it read."""
    denied = "AccessDeniedException"
    return [
        row(0, "Clients", "execute-api", "POST /checkout", "CheckoutApi", 21.0, payload={"cart_id": CART}, error="500"),
        row(1, "CheckoutApi", "lambda", "InvokeFunction", "CheckoutFunction", 19.0, payload={"cart_id": CART},
            answer="</script><script>window.broken = 1</script><img src=x onerror='window.broken = 2'>"),
        row(4, "CheckoutFunction", "dynamodb", "GetItem", "CatalogTable", 2.0, error=denied,
            answer={"message": denied}),
        row(9, "CheckoutFunction", "sqs", "SendMessage", "OrdersQueue", None,
            payload={"MessageBody": "{\"order_id\": \"b"}),
    ]  # fmt: skip


def shop() -> architecture.Picture:
    return architecture.from_patterns()
