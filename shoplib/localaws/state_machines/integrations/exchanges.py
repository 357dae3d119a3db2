"""What the SDK tells a state of the HTTP exchange: the headers that AWS's own services send, as they spell them."""

from collections.abc import Mapping
from typing import Any

ALIVE = "keep-alive"
OF_ALL = ("x-amzn-RequestId", "Content-Length", "Date", "Content-Type")
# Those with a value of their own are sent by AWS's servers, and not by this one.
OF_SERVICES: Mapping[str, Mapping[str, str]] = {
    "lambda": {
        "X-Amz-Executed-Version": "",
        "x-amzn-Remapped-Content-Length": "0",
        "Connection": ALIVE,
        "X-Amzn-Trace-Id": "",
    },
    "dynamodb": {"Server": "Server", "Connection": ALIVE, "x-amz-crc32": ""},
    "sns": {},
}
OF_OTHERS: Mapping[str, str] = {"connection": ALIVE}


def metadata_of(answer: Mapping[str, Any], service: str) -> dict[str, Any]:
    """Of an answer as boto3 has it, whose names of headers are in lower case."""
    metadata = answer.get("ResponseMetadata", {})
    headers = _headers(metadata.get("HTTPHeaders", {}), service)
    http = {
        "AllHttpHeaders": {name: [value] for name, value in headers.items()},
        "HttpHeaders": headers,
        "HttpStatusCode": metadata.get("HTTPStatusCode", 200),
    }
    return {"SdkHttpMetadata": http, "SdkResponseMetadata": {"RequestId": metadata.get("RequestId", "")}}


def _headers(received: Mapping[str, Any], service: str) -> dict[str, str]:
    headers = {**dict.fromkeys(OF_ALL, ""), **OF_SERVICES.get(service, OF_OTHERS)}
    values = {name: fixed or str(received.get(name.lower(), "")) for name, fixed in headers.items()}
    return {name: value for name, value in sorted(values.items()) if value}
