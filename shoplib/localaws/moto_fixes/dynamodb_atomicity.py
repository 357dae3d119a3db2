"""DynamoDB operations are not atomic under threads, and a client token does not make a transaction idempotent.

Upstream reads, checks the condition and writes without a lock: with 8 threads, two conditional writes on one item both
succeed (of 400 conditional puts on 50 keys, 3 to 20 too many did), counters lose increments, and a scan during a write
fails with "dictionary changed size during iteration". One lock per region and account serialises whole operations up to
their serialised answer; under the GIL that costs nothing.
TransactWriteItems with the ClientRequestToken of the last ten minutes succeeds on AWS without writing again.
"""

import json
import threading
import time
from collections import OrderedDict
from contextlib import AbstractContextManager
from typing import Any

from moto.core.responses import ActionResult
from moto.dynamodb.exceptions import DynamodbException
from moto.dynamodb.responses import DynamoHandler

from shoplib.localaws.moto_patches import wrap

TOKEN_SECONDS = 600


class IdempotentParameterMismatch(DynamodbException):
    def __init__(self) -> None:
        super().__init__(
            "com.amazonaws.dynamodb.v20120810#IdempotentParameterMismatchException",
            "Request parameters do not match those of an earlier request with the same client token",
        )


def install() -> None:
    wrap(DynamoHandler, "call_action", _one_at_a_time)
    wrap(DynamoHandler, "transact_write_items", _once_per_token)


def _one_at_a_time(original: Any) -> Any:
    def call_action(request: Any) -> Any:
        with exclusively(request):
            return original(request)

    return call_action


def exclusively(request: DynamoHandler) -> AbstractContextManager[Any]:
    """Held by whoever answers a request, from reading to the serialised answer; reentrant."""
    return lock_of(request.dynamodb_backend)


def lock_of(backend: Any) -> AbstractContextManager[Any]:
    lock: AbstractContextManager[Any] = backend.__dict__.setdefault("lab_lock", threading.RLock())
    return lock


def _once_per_token(original: Any) -> Any:
    def transact_write_items(request: Any) -> Any:
        token = request.body.get("ClientRequestToken")
        done = _tokens(request.dynamodb_backend)
        fingerprint = json.dumps(request.body.get("TransactItems"), sort_keys=True, default=str)
        if token in done:
            if done[token][1] != fingerprint:
                raise IdempotentParameterMismatch()
            return ActionResult({})
        result = original(request)
        if token:
            done[token] = (time.monotonic(), fingerprint)
        return result

    return transact_write_items


def _tokens(backend: Any) -> "OrderedDict[str, tuple[float, str]]":
    """Tokens of the last ten minutes, oldest first."""
    tokens: OrderedDict[str, tuple[float, str]] = backend.__dict__.setdefault("lab_tokens", OrderedDict())
    while tokens and time.monotonic() - next(iter(tokens.values()))[0] > TOKEN_SECONDS:
        tokens.popitem(last=False)
    return tokens
