"""The WSGI application for the calls of the fast path."""

import math
import uuid
import zlib
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from moto import settings

from shoplib.localaws.fast_path.actions import Call, answer, is_fast_path
from shoplib.localaws.request_scope import signature

Environ = dict[str, Any]


class JsonEndpoint:
    """Matches signed JSON requests for the calls listed in `actions`, unless moto has to check IAM policies."""

    def matches(self, environ: Environ) -> bool:
        return (
            is_fast_path(environ.get("HTTP_X_AMZ_TARGET", ""))
            and environ.get("CONTENT_LENGTH", "").isdigit()
            and "HTTP_CONTENT_ENCODING" not in environ
            and signature(environ) is not None
            and math.isinf(settings.INITIAL_NO_AUTH_ACTION_COUNT)
        )

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        status, headers, body = answer(_call(environ))
        fields = [
            *headers.items(),
            ("x-amzn-RequestId", str(uuid.uuid4())),
            ("x-amz-crc32", str(zlib.crc32(body))),
            ("Content-Length", str(len(body))),
        ]
        start_response(f"{status} {HTTPStatus(status).phrase}", fields)
        return [body]


def _call(environ: Environ) -> Call:
    signed = signature(environ)
    assert signed is not None
    return Call(
        target=environ["HTTP_X_AMZ_TARGET"],
        access_key=signed.access_key,
        region=signed.region,
        account_id=environ.get("HTTP_X_MOTO_ACCOUNT_ID"),
        path=environ["PATH_INFO"],
        headers={"x-amz-target": environ["HTTP_X_AMZ_TARGET"], "Content-Type": environ.get("CONTENT_TYPE", "")},
        body=environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])),
    )
