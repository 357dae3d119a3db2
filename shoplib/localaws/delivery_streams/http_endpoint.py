"""Posts records to an HTTP endpoint on this machine.

https://docs.aws.amazon.com/firehose/latest/dev/httpdeliveryrequestresponse.html
"""

import base64
import gzip
import json
import threading
import time
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import requests

from shoplib.localaws import engine_clock, own_addresses
from shoplib.localaws.delivery_streams.buffers import WaitingRecord
from shoplib.localaws.delivery_streams.failures import Failure
from shoplib.localaws.loopback import session

ANSWER_WITHIN_S = 60.0
RETRY_S = 300
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 30.0


def is_local(configuration: Mapping[str, Any]) -> bool:
    return own_addresses.is_answered(configuration["EndpointConfiguration"]["Url"])


def post(
    stream_arn: str, configuration: Mapping[str, Any], records: list[WaitingRecord], ending: threading.Event
) -> list[Failure]:
    """The records not delivered within the retry duration: all or none. `ending` stops the retries."""
    options = configuration.get("RetryOptions") or {}
    until = time.monotonic() + int(options.get("DurationInSeconds", RETRY_S))
    attempts, pause = 1, FIRST_PAUSE_S
    while (error := _attempt(stream_arn, configuration, records)) and time.monotonic() + pause < until:
        if ending.wait(pause):
            break
        attempts, pause = attempts + 1, min(LONGEST_PAUSE_S, 2 * pause)
    return [Failure(each, "HttpEndpoint.DeliveryFailed", error, attempts) for each in records] if error else []


def _attempt(stream_arn: str, configuration: Mapping[str, Any], records: list[WaitingRecord]) -> str:
    """Why the endpoint did not accept the records; empty if it did."""
    endpoint, id = configuration["EndpointConfiguration"], records[0].id
    data = [{"data": base64.b64encode(each.data).decode()} for each in records]
    body = json.dumps({"requestId": id, "timestamp": int(engine_clock.now() * 1000), "records": data}).encode()
    encoding = (configuration.get("RequestConfiguration") or {}).get("ContentEncoding") == "GZIP"
    headers = _headers(stream_arn, configuration, id) | ({"Content-Encoding": "gzip"} if encoding else {})
    sent = gzip.compress(body) if encoding else body
    try:
        answer = session().post(
            own_addresses.translated(endpoint["Url"]),
            data=sent,
            headers=headers,
            timeout=ANSWER_WITHIN_S,
            allow_redirects=False,
        )
    except requests.RequestException as error:
        return str(error)
    return _objection(answer, id)


def _objection(answer: requests.Response, id: str) -> str:
    if answer.status_code != HTTPStatus.OK:
        return f"The endpoint returned {answer.status_code}: {answer.text[:500]}"
    try:
        known = answer.json().get("requestId") == id
    except (ValueError, AttributeError):
        known = False
    return "" if known else "The response does not contain the requestId of the request"


def _headers(stream_arn: str, configuration: Mapping[str, Any], id: str) -> dict[str, str]:
    attributes = (configuration.get("RequestConfiguration") or {}).get("CommonAttributes") or []
    common = {each["AttributeName"]: each["AttributeValue"] for each in attributes}
    key = configuration["EndpointConfiguration"].get("AccessKey")
    return {
        "Content-Type": "application/json",
        "User-Agent": "Amazon Kinesis Data Firehose Agent/1.0",
        "X-Amz-Firehose-Protocol-Version": "1.0",
        "X-Amz-Firehose-Request-Id": id,
        "X-Amz-Firehose-Source-Arn": stream_arn,
        **({"X-Amz-Firehose-Access-Key": key} if key else {}),
        **({"X-Amz-Firehose-Common-Attributes": json.dumps({"commonAttributes": common})} if common else {}),
    }
