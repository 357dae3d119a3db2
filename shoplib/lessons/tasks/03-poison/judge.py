"""Puts one record that is no visit among good ones, and looks which of them arrive where."""

import json
import uuid
from collections.abc import Iterator
from typing import Any

from shoplib.lessons import Step, Trial

GOOD = 7


def judge(trial: Trial) -> Iterator[Step]:
    visits = [f"visit-{uuid.uuid4().hex[:8]}" for _ in range(GOOD)]
    bodies = [json.dumps({"visit_id": name, "page": "/"}) for name in visits]
    bodies.insert(GOOD // 2, "this is no visit")
    records: list[Any] = [{"Data": body.encode(), "PartitionKey": "one"} for body in bodies]
    answer = trial.client("kinesis").put_records(StreamName=trial.output("VisitsStreamName"), Records=records)
    bad = answer["Records"][GOOD // 2]["SequenceNumber"]

    trial.wait_for(lambda: _count(trial, visits) == GOOD, limit=15)
    count = _count(trial, visits)
    yield Step(
        "the visits around the bad record are counted",
        count == GOOD,
        f"{count} of {GOOD}",
        "Either the event source finds the bad record by halving the batch, and gives up on it after some attempts, or "
        "the function reports which record failed. Look at the AnalyticsFunction's events in the lesson's template.",
    )

    failures = trial.receive(trial.output("FailuresQueueUrl"), bad)
    yield Step(
        "the bad record is named in the failure queue",
        bool(failures),
        f"its sequence number: {len(failures)} of 1",
        "The event source has a destination for what it gives up: DestinationConfig, OnFailure.",
    )


def _count(trial: Trial, visits: list[str]) -> int:
    table = trial.output("VisitsTableName")
    keys = [{"visit_id": {"S": name}} for name in visits]
    answer = trial.client("dynamodb").batch_get_item(RequestItems={table: {"Keys": keys, "ConsistentRead": True}})
    return len(answer["Responses"][table])
