"""Buys with a good card, with one that is declined, and more than there is; looks at the orders and at the stock."""

import json
import uuid
from collections.abc import Iterator

from shoplib.lessons import Step, Trial

STOCK, PIECES = 5, 2


def judge(trial: Trial) -> Iterator[Step]:
    status, left = _buy(trial, card="good")
    yield Step(
        "an order with a good card is confirmed and takes its pieces",
        (status, left) == ("confirmed", STOCK - PIECES),
        f"{status}, {left} pieces left",
        "Reserve, Charge, Confirm: this way was right before. What does the state machine's history say?",
    )

    status, left = _buy(trial, card="declined")
    yield Step(
        "an order whose card is declined is cancelled",
        status == "cancelled",
        f"it is {status}",
        "After your new state the way must go on to Cancel: look at its Next, and at its ResultPath, "
        "without which the order's id is overwritten by the function's answer.",
    )
    yield Step(
        "and its pieces are back",
        left == STOCK,
        f"{left} of {STOCK} pieces are available",
        "Catch of Charge leads to Cancel. Lead it to a new Task state that calls ReleaseFunction, and from there on."
        if left < STOCK
        else "More came back than was taken: is the release called more than once?",
    )

    status, left = _buy(trial, card="good", pieces=STOCK + 1)
    yield Step(
        "an order for more than there is gives nothing back",
        (status, left) == ("cancelled", STOCK),
        f"{status}, {left} of {STOCK} pieces",
        "Nothing was reserved, so SoldOut must not lead to the release.",
    )


def _buy(trial: Trial, card: str, pieces: int = PIECES) -> tuple[str, int]:
    """What became of an order of a new product, and how many pieces of that are left."""
    product, order = (f"{kind}-{uuid.uuid4().hex[:8]}" for kind in ("product", "order"))
    table = trial.client("dynamodb")
    stock = {"id": {"S": product}, "available": {"N": str(STOCK)}}
    table.put_item(TableName=trial.output("StockTableName"), Item=stock)
    wish = {"order_id": order, "product": product, "quantity": pieces, "card": card}
    states = trial.client("stepfunctions")
    run = states.start_execution(stateMachineArn=trial.output("CheckoutArn"), input=json.dumps(wish))["executionArn"]
    trial.wait_for(lambda: states.describe_execution(executionArn=run)["status"] != "RUNNING")
    row = table.get_item(TableName=trial.output("OrdersTableName"), Key={"id": {"S": order}}, ConsistentRead=True)
    left = table.get_item(TableName=trial.output("StockTableName"), Key={"id": {"S": product}}, ConsistentRead=True)
    return row.get("Item", {}).get("status", {}).get("S", "not settled"), int(left["Item"]["available"]["N"])
