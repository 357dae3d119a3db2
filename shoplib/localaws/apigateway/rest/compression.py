"""Compressed answers of REST APIs that have a minimumCompressionSize."""

import gzip
import zlib
from collections.abc import Callable

from shoplib.localaws.apigateway.messages import Request, Response

CODINGS: dict[str, Callable[[bytes], bytes]] = {"gzip": gzip.compress, "deflate": zlib.compress}


def compress(request: Request, response: Response, smallest: int | None) -> None:
    """In place, when the client takes a coding that API Gateway knows and the body is not too small."""
    coded = any(name.lower() == "content-encoding" for name, _ in response.headers)
    coding = _coding(request.header("accept-encoding") or "")
    if smallest is None or coded or not coding or len(response.body) < int(smallest):
        return
    response.body = CODINGS[coding](response.body)
    response.replace("Content-Encoding", coding)
    response.replace("Content-Length", str(len(response.body)))


def _coding(accepted: str) -> str | None:
    """The first that the client names without refusing it (`gzip;q=0`)."""
    codings = [each.strip().lower().partition(";") for each in accepted.split(",")]
    accepted_codings = [
        name.strip() for name, _, quality in codings if quality.replace(" ", "") not in ("q=0", "q=0.0")
    ]
    return next((name for name in accepted_codings if name in CODINGS), None)
