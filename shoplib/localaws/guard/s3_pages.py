"""Which bucket a page's request means, if it means S3 at all."""

import re
from typing import Any

from shoplib.localaws.request_scope import path_of, signature

# Doors of the engine, where no bucket can be.
DOORS = re.compile(r"/(_aws|restapis)/")


def bucket_of(environ: dict[str, Any]) -> Any:
    """moto's bucket; None for a request to another service, or to a bucket that does not exist."""
    if "HTTP_X_AMZ_TARGET" in environ or DOORS.match(environ["PATH_INFO"]):
        return None
    signed = signature(environ)
    if signed and signed[2] != "s3":
        return None
    return _bucket(path_of(environ, "s3").lstrip("/").partition("/")[0])


def _bucket(name: str) -> Any:
    from moto.s3.models import s3_backends

    place = s3_backends.bucket_accounts.get(name)
    return s3_backends[place[1]][place[0]].buckets.get(name) if place else None
