"""Where the packages of functions and layers are fetched: Code.Location of GetFunction, Content.Location of layers.

On AWS it is a presigned address that holds for ten minutes; moto 5.2.5 names a bucket that does not exist. Here it is
an address of the engine, signed with a key that lives as long as it does.
"""

import hashlib
import hmac
import os
import secrets
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote, unquote

from moto.awslambda.models import LambdaFunction, LayerVersion, lambda_backends

from shoplib.localaws import engine_clock
from shoplib.localaws.arns import Arn
from shoplib.localaws.moto_patches import after

PATH = "/_aws/lambda-code/"
HOLDS_S = 600
_KEY = secrets.token_bytes(32)


def install() -> None:
    """Idempotent."""
    after(LambdaFunction, "get_code", _locate_code)
    after(LayerVersion, "get_layer_version", _locate_content)


class CodeDownloads:
    """WSGI: the package that a signed address names."""

    def matches(self, environ: dict[str, Any]) -> bool:
        return str(environ["PATH_INFO"]).startswith(PATH)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        package = _package(environ["PATH_INFO"].removeprefix(PATH))
        status, kind = ("403 Forbidden", "text/plain") if package is None else ("200 OK", "application/zip")
        body = package or b"Request has expired"
        start_response(status, [("Content-Type", kind), ("Content-Length", str(len(body)))])
        return [body]


def _locate_code(answer: dict[str, Any], function: Any) -> None:
    if "Location" in answer.get("Code", {}):
        answer["Code"]["Location"] = _location(function.function_arn)


def _locate_content(answer: dict[str, Any], layer: Any) -> None:
    answer["Content"]["Location"] = _location(layer.arn)


def _location(arn: str) -> str:
    expiry = str(int(engine_clock.now()) + HOLDS_S)
    return f"{os.environ['AWS_ENDPOINT_URL']}{PATH}{expiry}/{_sign(expiry, arn)}/{quote(arn, safe='')}"


def _sign(expiry: str, arn: str) -> str:
    return hmac.new(_KEY, f"{expiry} {arn}".encode(), hashlib.sha256).hexdigest()


def _package(address: str) -> bytes | None:
    """None for an address that was not signed here, or no longer holds."""
    expiry, signature, arn = (unquote(address).split("/", 2) + ["", ""])[:3]
    if not hmac.compare_digest(signature, _sign(expiry, arn)) or int(expiry) < engine_clock.now():
        return None
    where = Arn.parse(arn)
    backend = lambda_backends[where.account_id][where.region]
    if where.resource.startswith("layer:"):
        layer = backend.layers_versions_by_arn(arn)
        return layer.code_bytes if layer else None
    function = backend.get_function(arn)
    return function.code_bytes
