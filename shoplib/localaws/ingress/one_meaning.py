"""A call says in one way which operation it means, with which parameters and in whose account.

IAM decides by what a request says before a service reads it; where the two could read it differently, nobody reads it.
"""

import json
from collections.abc import Callable, Iterable
from typing import Any

from shoplib.localaws import own_keys
from shoplib.localaws.ingress.aws_call import speaks_query, target_prefixes
from shoplib.localaws.ingress.body import BODY
from shoplib.localaws.ingress.form_fields import FORM, PARTS, form_fields, media_type, require_few, takes_fields
from shoplib.localaws.ingress.refusals import Refusal
from shoplib.localaws.ingress.server import WSGI
from shoplib.localaws.ingress.xml_documents import require_bounded
from shoplib.localaws.request_scope import signature, signed_service

Environ = dict[str, Any]
ACCOUNT = "HTTP_X_MOTO_ACCOUNT_ID"  # with which services of the engine act for an account
NO_CALLS = ("s3", "s3express", "s3-object-lambda", "s3-outposts", "execute-api")
MISMATCH = "The request does not match the service model."


def with_one_meaning(application: WSGI) -> WSGI:
    def checked(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        require_one_meaning(environ)
        require_bounded(environ)
        return application(environ, start_response)

    return checked


def require_one_meaning(environ: Environ) -> None:
    """Raises Refusal. `environ` is of a call of a service, not of what is deployed."""
    signed, service = signature(environ), signed_service(environ)
    if signed is None or not own_keys.is_internal(signed.access_key):
        environ.pop(ACCOUNT, None)
    if service in NO_CALLS or environ["PATH_INFO"].startswith("/_aws/"):
        return
    require_few(environ)
    if target := environ.get("HTTP_X_AMZ_TARGET"):
        _require_target(environ, service, target)
        _require_object(environ)
    elif takes_fields(environ) and speaks_query(service):
        _require_fields(environ)


def _require_target(environ: Environ, service: str, target: str) -> None:
    """An operation of the service that the request is signed for, in its protocol."""
    prefixes = target_prefixes(service)
    is_other = prefixes is not None and target.rpartition(".")[0] not in prefixes
    if is_other or media_type(environ) in (FORM, PARTS):
        raise Refusal("UnknownOperationException", "The service does not have the requested operation.")


def _require_object(environ: Environ) -> None:
    """AWS takes nothing else in JSON; a call without parameters may have no body."""
    body: bytes = environ.get(BODY, b"")
    try:
        parameters = json.loads(body.decode(), parse_constant=_refuse_constant) if body else {}
    except (ValueError, RecursionError):
        raise Refusal("SerializationException", MISMATCH) from None
    if not isinstance(parameters, dict):
        raise Refusal("SerializationException", MISMATCH)


def _refuse_constant(name: str) -> None:
    """NaN and the infinities, which Python reads and JSON does not have."""
    raise ValueError(name)


def _require_fields(environ: Environ) -> None:
    if media_type(environ) == PARTS:
        raise Refusal("UnsupportedMediaType", f"The parameters of a call are sent as {FORM}.", 415)
    form_fields(environ)
