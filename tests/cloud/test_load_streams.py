"""Tens of thousands of Kinesis records while workers are killed: none lost silently, each effect once, order kept.

A record that meets a killed worker at every attempt is given up to the failure destination, as on AWS.
"""

import json
import random
import threading
import time
import uuid
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from shoplib import localaws
from tests.cloud.lambda_room import Room
from tests.cloud.load_room import PRODUCERS, SEED, batches, differences, killing_workers, left_over, produce
from tests.nightly import sized

RECORDS = sized(100_000, 1_600)
SHARDS, LANES = 8, 2
KEYS_PER_PRODUCER = 8
POISON = 8
RETRIES = 4
FUNCTION_LIMIT_S = 60  # a busy machine must not spend the retries: killed workers alone may
PUT_SIZE, BATCH_SIZE = 250, 500
REFUSED_PAUSE_S = 0.2
KILLING_S = 20
DRAIN_LIMIT_S = 240

# Idempotent by name: the same batch, done again, writes the same object.
HANDLER = """
import base64, json, os, time, boto3

s3 = boto3.client("s3")

def handler(event, context):
    began = time.monotonic_ns()
    records = [json.loads(base64.b64decode(record["kinesis"]["data"])) for record in event["Records"]]
    if any(record["poison"] for record in records):
        raise ValueError("poison")
    body = json.dumps({"began": began, "records": [[record["key"], record["number"]] for record in records]})
    s3.put_object(Bucket=os.environ["BUCKET"], Key=event["Records"][0]["eventID"], Body=body)
"""

Place = tuple[str, int]  # shard and sequence number


@dataclass(frozen=True)
class Acknowledged:
    """Where a record stands in the stream, as the producer was told."""

    shard_id: str
    sequence: int
    number: int
    poison: bool


def test_records_under_load(load_room: Room, load_engine: localaws.Engine) -> None:
    began = time.monotonic()
    stream = Stream(load_room)
    with killing_workers(load_engine.pid, KILLING_S) as killed:
        produce(stream.send)
        sent = time.monotonic() - began
        different = left_over(stream.differences, DRAIN_LIMIT_S)
        poison_left = left_over(lambda: stream.poison() - stream.collect_given_up(), DRAIN_LIMIT_S)
    count = sum(map(len, stream.acknowledged.values()))
    print(
        f"{count} records sent in {sent:.1f} s, done in {time.monotonic() - began:.1f} s, {len(killed)} workers killed"
    )
    assert len(killed) > 3
    assert count == RECORDS
    assert different == []
    assert not poison_left
    given_up = stream.collect_given_up()
    assert max(given_up.values()) == 1
    unlucky = given_up - stream.poison()
    assert len(unlucky) * (RETRIES + 1) <= len(killed)


@dataclass
class Stream:
    """A stream with its function, the bucket that holds the function's effects, and the queue for failures."""

    room: Room
    name: str = field(default_factory=lambda: f"s-{uuid.uuid4().hex[:10]}")
    acknowledged: defaultdict[str, list[Acknowledged]] = field(default_factory=lambda: defaultdict(list))
    _objects: dict[str, tuple[str, Any]] = field(default_factory=dict)
    _given_up: Counter[Place] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        aws = self.room.aws
        aws("s3").create_bucket(Bucket=self.name)
        aws("kinesis").create_stream(StreamName=self.name, ShardCount=SHARDS)
        arn = aws("kinesis").describe_stream_summary(StreamName=self.name)["StreamDescriptionSummary"]["StreamARN"]
        self._failed_url, failed_arn = self.room.queue()
        function = self.room.function(
            HANDLER, Timeout=FUNCTION_LIMIT_S, Environment={"Variables": {"BUCKET": self.name}}
        )
        aws("lambda").create_event_source_mapping(
            FunctionName=function,
            EventSourceArn=arn,
            StartingPosition="TRIM_HORIZON",
            BatchSize=BATCH_SIZE,
            ParallelizationFactor=LANES,
            BisectBatchOnFunctionError=True,
            MaximumRetryAttempts=RETRIES,
            DestinationConfig={"OnFailure": {"Destination": failed_arn}},
        )

    def send(self, producer: int) -> None:
        """One producer's share: all records of its keys, in their order."""
        kinesis = self.room.aws("kinesis")
        for some in batches(_records(producer), PUT_SIZE):
            while some:
                entries = [{"Data": json.dumps(record).encode(), "PartitionKey": record["key"]} for record in some]
                answers = kinesis.put_records(StreamName=self.name, Records=entries)["Records"]
                some = self._refused(some, answers)

    def differences(self) -> list[str]:
        """Between the good records by sequence number and the effects by time, for each partition key.

        Those given up are left out on both sides: the worker may have been killed before or after its effect."""
        given_up = self.collect_given_up()
        expected, effects = dict[str, list[int]](), self._effects()
        for key, records in self.acknowledged.items():
            ordered = sorted(records, key=_place)
            expected[key] = [record.number for record in ordered if not record.poison and not given_up[_place(record)]]
            without = {record.number for record in ordered if not record.poison and given_up[_place(record)]}
            effects[key] = [number for number in effects[key] if number not in without]
        return differences(expected, effects)

    def poison(self) -> Counter[Place]:
        return Counter(_place(record) for key in self.acknowledged.values() for record in key if record.poison)

    def collect_given_up(self) -> Counter[Place]:
        """The records that the mapping gave up so far, as the messages in its failure destination name them."""
        while found := self.room.received(self._failed_url, wait_s=0):
            for message in found:
                info = message["KinesisBatchInfo"]
                assert info["batchSize"] == 1, info  # a longer batch is split before it is given up
                self._given_up[info["shardId"], int(info["startSequenceNumber"])] += 1
        return self._given_up

    def _refused(self, records: list[dict[str, Any]], answers: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Note those that were taken; the others after a pause: a shard takes 1,000 records a second."""
        refused = []
        for record, answer in zip(records, answers, strict=True):
            if "ErrorCode" in answer:
                refused.append(record)
                continue
            place = Acknowledged(answer["ShardId"], int(answer["SequenceNumber"]), record["number"], record["poison"])
            self.acknowledged[record["key"]].append(place)
        if refused:
            threading.Event().wait(REFUSED_PAUSE_S)
        return refused

    def _effects(self) -> dict[str, list[int]]:
        """Numbers by key, batches in the order in which they were done last."""
        s3 = self.room.aws("s3")
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=self.name):
            for entry in page.get("Contents", []):
                name, tag = entry["Key"], entry["ETag"]
                if self._objects.get(name, ("",))[0] != tag:
                    body = s3.get_object(Bucket=self.name, Key=name)["Body"].read()
                    self._objects[name] = (tag, json.loads(body))
        effects = defaultdict(list)
        for batch in sorted((batch for _, batch in self._objects.values()), key=lambda batch: batch["began"]):
            for key, number in batch["records"]:
                effects[key].append(number)
        return effects


def _place(record: Acknowledged) -> Place:
    return record.shard_id, record.sequence


def _records(producer: int) -> list[dict[str, Any]]:
    """The producer's keys take turns; one record of it is poison, always the same one."""
    count = RECORDS // PRODUCERS
    poison = random.Random(SEED + producer).sample(range(count), POISON // PRODUCERS)
    return [
        {
            "key": f"{producer}-{place % KEYS_PER_PRODUCER}",
            "number": place // KEYS_PER_PRODUCER,
            "poison": place in poison,
        }
        for place in range(count)
    ]
