"""Records that could not be processed or delivered, as lines in Firehose's format."""

import base64
import json
from collections.abc import Iterable
from dataclasses import dataclass

from shoplib.localaws import engine_clock
from shoplib.localaws.delivery_streams.buffers import WaitingRecord


@dataclass(frozen=True)
class Failure:
    record: WaitingRecord
    code: str
    text: str
    attempts: int = 1
    lambda_arn: str = ""


def lines(failures: Iterable[Failure]) -> bytes:
    return b"".join(json.dumps(_line(each)).encode() + b"\n" for each in failures)


def _line(failure: Failure) -> dict[str, object]:
    arn = {"lambdaArn": failure.lambda_arn} if failure.lambda_arn else {}
    return {
        "attemptsMade": failure.attempts,
        "arrivalTimestamp": int(failure.record.arrival * 1000),
        "errorCode": failure.code,
        "errorMessage": failure.text,
        "attemptEndingTimestamp": int(engine_clock.now() * 1000),
        "rawData": base64.b64encode(failure.record.data).decode(),
        **arn,
    }
