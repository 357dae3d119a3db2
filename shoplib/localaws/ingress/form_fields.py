"""The parameters of the older protocol, read in one way by whoever decides about a request and whoever answers it."""

from typing import Any
from urllib.parse import parse_qsl

from shoplib.localaws.ingress.body import BODY
from shoplib.localaws.ingress.refusals import Refusal
from shoplib.localaws.request_scope import signed_service

FORM, PARTS = "application/x-www-form-urlencoded", "multipart/form-data"
MOST = 50_000  # a PutMetricData of a thousand data with a dozen dimensions has half of them
Environ = dict[str, Any]


def form_fields(environ: Environ) -> dict[str, str]:
    """Of the address and of the form in the body; what is given twice, or cannot be read, is refused."""
    if not takes_fields(environ):
        return {}
    fields: dict[str, str] = {}
    for name, value in parse_qsl(_text(environ), keep_blank_values=True):
        if name in fields:
            raise Refusal("MalformedQueryString", f"The parameter {name[:128]} is given more than once.")
        fields[name] = value
    return fields


def require_few(environ: Environ) -> None:
    """Before any of them is read, which takes longer the more there are."""
    if is_form(environ) and environ.get(BODY, b"").count(b"&") >= MOST:
        raise Refusal("MalformedQueryString", f"The request has more than {MOST:,} parameters.")


def takes_fields(environ: Environ) -> bool:
    """Operations of the older protocol are called at the root; those of SQS at queues, too."""
    return environ["PATH_INFO"] in ("", "/") or signed_service(environ) == "sqs"


def is_form(environ: Environ) -> bool:
    return media_type(environ) == FORM


def media_type(environ: Environ) -> str:
    kind: str = environ.get("CONTENT_TYPE", "")
    return kind.partition(";")[0].strip().lower()


def _text(environ: Environ) -> str:
    query: str = environ.get("QUERY_STRING", "")
    if not is_form(environ):
        return query
    try:
        return f"{query}&{environ.get(BODY, b'').decode()}"
    except UnicodeDecodeError:
        raise Refusal("MalformedQueryString", "The body is not UTF-8.") from None
