"""XML that a call brings is held to the limits of all documents before anybody reads it; an object of S3's is not."""

from typing import Any

from shoplib.documents import is_unbounded_xml
from shoplib.localaws.ingress.body import BODY
from shoplib.localaws.ingress.refusals import Refusal
from shoplib.localaws.request_scope import path_of, signed_service

Environ = dict[str, Any]
S3 = ("s3", "")  # moto takes what nobody signed for a call of S3
SERVICES = ("route53", "cloudfront", "s3-control", *S3)
# Parameters of a PUT that sends an object or a part of one.
OF_OBJECTS = {"partnumber", "uploadid", "x-id", "versionid", "awsaccesskeyid", "signature", "expires"}
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def require_bounded(environ: Environ) -> None:
    """Raises Refusal. `environ` is of a call of a service, not of what is deployed."""
    service, body = signed_service(environ), environ.get(BODY, b"")
    is_xml = service in SERVICES and body[:64].removeprefix(BYTE_ORDER_MARK).lstrip().startswith(b"<")
    if is_xml and not (service in S3 and _is_object(environ)) and is_unbounded_xml(body):
        from shoplib.localaws.s3_errors import MALFORMED  # with it comes werkzeug, which starting does not wait for

        raise Refusal("MalformedXML" if service in S3 else "MalformedInput", MALFORMED)


def _is_object(environ: Environ) -> bool:
    key = path_of(environ, "s3").lstrip("/").partition("/")[2]
    names = {each.partition("=")[0].lower() for each in environ.get("QUERY_STRING", "").split("&") if each}
    of_document = {name for name in names - OF_OBJECTS if not name.startswith("x-amz-")}
    return bool(key) and environ["REQUEST_METHOD"] == "PUT" and not of_document
