"""Sends a parcel that nobody can read between two good ones, and looks where each of them ends."""

import json
import uuid
from collections.abc import Iterator

from shoplib.lessons import Step, Trial

TRIES = 3


def judge(trial: Trial) -> Iterator[Step]:
    parcels = [f"parcel-{uuid.uuid4().hex[:8]}" for _ in range(2)]
    poison = f"no parcel {uuid.uuid4().hex}"
    for body in (_parcel(parcels[0]), poison, _parcel(parcels[1])):
        trial.client("sqs").send_message(QueueUrl=trial.output("ParcelsQueueUrl"), MessageBody=body)

    printed = trial.wait_for(lambda: _labels(trial, parcels))
    yield Step(
        "the good parcels have their labels",
        printed == 2,
        f"{printed} of 2",
        'Does the function still run? Its log says more: task.logs("LabelsFunction").',
    )

    has_queue = "DeadLetterQueueUrl" in trial.stack.outputs
    yield Step(
        "there is a dead-letter queue, and its address is an output",
        has_queue,
        hint="Add a second queue to Resources, and under Outputs its address: DeadLetterQueueUrl: {Value: !Ref ...}.",
    )

    dead = trial.receive(trial.output("DeadLetterQueueUrl"), poison)
    yield Step(
        "the message that nobody can read is in it",
        bool(dead),
        f"{len(dead)} of 1",
        "The queue of parcels has to know where to put it: its RedrivePolicy names the other queue's ARN, "
        "and how often a message is tried. Look at OrdersQueue in the lesson.",
    )

    receives = int(dead[0]["Attributes"]["ApproximateReceiveCount"]) - 1  # ours is one, too
    yield Step(
        "it was tried three times",
        receives == TRIES,
        f"{receives} times",
        "maxReceiveCount says how often a message is received before it is moved.",
    )


def _parcel(name: str) -> str:
    return json.dumps({"parcel_id": name, "to": "Oslo"})


def _labels(trial: Trial, parcels: list[str]) -> int:
    """How many are printed; 0 until all of them are."""
    table = trial.output("LabelsTableName")
    keys = [{"parcel_id": {"S": name}} for name in parcels]
    answer = trial.client("dynamodb").batch_get_item(RequestItems={table: {"Keys": keys, "ConsistentRead": True}})
    return len(answer["Responses"][table]) == len(parcels) and len(parcels)
