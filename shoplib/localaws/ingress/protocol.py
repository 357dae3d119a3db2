"""In which of AWS's protocols a request expects its errors, seen from the request alone."""

from enum import Enum
from typing import Any

from shoplib.localaws.request_scope import signed_service

# Under which names requests to S3 are signed.
_S3 = ("s3", "s3express", "s3-object-lambda", "s3-outposts")
# Services with REST and XML, that write their errors as the older query protocol does.
_XML = ("route53", "cloudfront", "s3-control")


class Protocol(Enum):
    JSON = "json"
    S3 = "s3"
    QUERY = "query"
    EC2 = "ec2"


def protocol_of(environ: dict[str, Any]) -> Protocol:
    service = signed_service(environ)
    if service in _S3 or (not service and _is_plain(environ)):
        return Protocol.S3
    if "urlencoded" in environ.get("CONTENT_TYPE", "") or "Action=" in environ.get("QUERY_STRING", ""):
        return Protocol.EC2 if service == "ec2" else Protocol.QUERY
    return Protocol.QUERY if service in _XML else Protocol.JSON


def _is_plain(environ: dict[str, Any]) -> bool:
    """An unsigned request that names no operation of AWS and no deployed API: one of S3's."""
    if "HTTP_X_AMZ_TARGET" in environ or "Action=" in environ.get("QUERY_STRING", ""):
        return False
    kind = environ.get("CONTENT_TYPE", "")
    if "json" in kind or "urlencoded" in kind:
        return False
    return not is_api_request(environ)


def is_api_request(environ: dict[str, Any]) -> bool:
    """Whether it is for a deployed API, a function's address, or the engine itself."""
    host, path = environ.get("HTTP_HOST", ""), environ["PATH_INFO"]
    own = path.startswith("/_aws/") or "/_user_request_" in path
    return own or "execute-api" in host or "lambda-url" in host
