"""Sends payments once, twice, and many times at once, and looks what their customers owe."""

import json
import uuid
from collections.abc import Iterator

from shoplib.lessons import Step, Trial

AT_ONCE = 6


def judge(trial: Trial) -> Iterator[Step]:
    customer = f"customer-{uuid.uuid4().hex[:8]}"
    first, second, third = (_payment(customer, pence) for pence in (500, 700, 900))

    owed = _send(trial, [first, second])
    yield Step(
        "two payments of a customer both count",
        owed == 1200,
        f"he owes {owed} of 1200",
        'What does the function say? task.logs("PaymentsFunction"). Two payments have two ids; each of them counts.',
    )

    owed = _send(trial, [first])
    yield Step(
        "a payment whose message comes again later counts once",
        owed == 1200,
        f"he owes {owed} of 1200",
        "Leave a note of each payment_id in the table, and add nothing for a payment that has one.",
    )

    owed = _send(trial, [third] * AT_ONCE)
    yield Step(
        f"a payment of which {AT_ONCE} copies come at the same moment counts once",
        owed == 2100,
        f"he owes {owed} of 2100",
        "Between your look and your write the other copies look, too. Let the table decide: a condition "
        "(attribute_not_exists), and the note and the addition in one transact_write_items.",
    )


def _payment(customer: str, pence: int) -> dict[str, object]:
    return {"payment_id": uuid.uuid4().hex, "customer": customer, "pence": pence}


def _send(trial: Trial, payments: list[dict[str, object]]) -> int:
    """What the customer owes when all of the messages are worked off."""
    queue, customer = trial.output("PaymentsQueueUrl"), str(payments[0]["customer"])
    entries = [{"Id": str(number), "MessageBody": json.dumps(each)} for number, each in enumerate(payments)]
    trial.client("sqs").send_message_batch(QueueUrl=queue, Entries=entries)
    trial.wait_for(lambda: not _waiting(trial, queue))
    key = {"id": {"S": customer}}
    answer = trial.client("dynamodb").get_item(TableName=trial.output("LedgerTableName"), Key=key, ConsistentRead=True)
    return int(answer.get("Item", {}).get("owes", {}).get("N", 0))


def _waiting(trial: Trial, queue: str) -> int:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    attributes = trial.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"]
    return sum(int(attributes[name]) for name in names)
