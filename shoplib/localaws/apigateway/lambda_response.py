"""What a proxied function answered, turned into an HTTP response; anything malformed raises MalformedAnswer."""

import base64
import binascii
import json
from typing import Any

from shoplib.localaws.apigateway.messages import Headers, Response

PROXY_KEYS = frozenset(("statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"))


class MalformedAnswer(Exception):
    """The function's answer does not have the shape that its integration demands; the text is for the log."""


def parse_v1(payload: bytes, *, decode_base64: bool, content_type: str | None) -> Response:
    """Response for payload format 1.0. No field is mandatory, but no other field may appear.

    `decode_base64`: a body marked isBase64Encoded is decoded (REST APIs do so only for binary media types).
    `content_type` is added when the function names none.
    """
    answer = _object(payload)
    unknown = set(answer) - PROXY_KEYS
    if unknown:
        raise MalformedAnswer(f"unknown keys {sorted(unknown)} in the function's answer")
    response = Response(_status(answer), _headers(answer), _body(answer, decode_base64))
    if content_type:
        response.set_default("Content-Type", content_type)
    return response


def parse_v2(payload: bytes) -> Response:
    """Response for payload format 2.0: without a statusCode the whole answer is a JSON body with status 200."""
    answer = _json(payload)
    if not isinstance(answer, dict) or "statusCode" not in answer:
        return Response(200, [("content-type", "application/json")], _inferred_body(answer, payload))
    headers = _headers(answer)
    headers += [("set-cookie", str(cookie)) for cookie in answer.get("cookies") or []]
    response = Response(_status(answer), headers, _body(answer, True))
    response.set_default("content-type", "text/plain;charset=UTF-8")
    return response


def _inferred_body(answer: Any, payload: bytes) -> bytes:
    if answer is None:
        return b""
    return answer.encode() if isinstance(answer, str) else payload


def _json(payload: bytes) -> Any:
    try:
        return json.loads(payload or b"null")
    except ValueError as error:
        raise MalformedAnswer(f"the function's answer is not JSON: {error}") from None


def _object(payload: bytes) -> dict[str, Any]:
    answer = _json(payload)
    if not isinstance(answer, dict):
        raise MalformedAnswer(f"the function must return an object with statusCode and body, not {answer!r:.80}")
    return answer


def _status(answer: dict[str, Any]) -> int:
    status = answer.get("statusCode")
    if status is None:
        return 200
    try:
        code = int(status)
    except (TypeError, ValueError):
        raise MalformedAnswer(f"statusCode {status!r} is not a number") from None
    if isinstance(status, bool) or not 100 <= code <= 599:
        raise MalformedAnswer(f"statusCode {status!r} is not an HTTP status")
    return code


def _headers(answer: dict[str, Any]) -> Headers:
    multiple = _mapping(answer, "multiValueHeaders")
    pairs: Headers = []
    for name, values in multiple.items():
        if not isinstance(values, list):
            raise MalformedAnswer(f"multiValueHeaders[{name!r}] must be a list")
        pairs += [(name, _scalar(f"multiValueHeaders[{name!r}]", value)) for value in values]
    for name, value in _mapping(answer, "headers").items():
        text = _scalar(f"headers[{name!r}]", value)
        if (name, text) not in pairs:
            pairs.append((name, text))
    return pairs


def _mapping(answer: dict[str, Any], key: str) -> dict[str, Any]:
    value = answer.get(key)
    if value is not None and not isinstance(value, dict):
        raise MalformedAnswer(f"{key} must be an object, not {type(value).__name__}")
    return value or {}


def _scalar(what: str, value: Any) -> str:
    if isinstance(value, dict | list):
        raise MalformedAnswer(f"{what} must be a string, not {type(value).__name__}")
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _body(answer: dict[str, Any], decode_base64: bool) -> bytes:
    body = answer.get("body")
    text = _scalar("body", body)
    if not (answer.get("isBase64Encoded") is True and decode_base64):
        return text.encode()
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise MalformedAnswer(f"isBase64Encoded is true, but the body is not base64: {error}") from None
