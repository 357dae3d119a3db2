"""Puts clicks on the stream, all under one key or each under its own; answers how many were refused."""

import os
from functools import cache

import boto3


@cache
def stream():
    return boto3.client("kinesis")


def handler(event, context):
    return sum(put(event["key"], call, event["records"]) for call in range(event["calls"]))


def put(key, call, count):
    """One PutRecords call succeeds even if some of its records are refused: its answer says how many."""
    records = [{"Data": b"{}", "PartitionKey": key or f"visitor-{call}-{number}"} for number in range(count)]
    return stream().put_records(StreamName=os.environ["CLICKS"], Records=records)["FailedRecordCount"]
