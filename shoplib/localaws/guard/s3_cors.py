"""A bucket's CORS rules, evaluated as S3 does: the first rule that fits origin, method and headers."""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from shoplib.localaws.guard.refusals import Refusal
from shoplib.localaws.request_scope import path_of

Environ = dict[str, Any]
WSGI = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]
Headers = list[tuple[str, str]]
VARY = ("Vary", "Origin, Access-Control-Request-Headers, Access-Control-Request-Method")
NEEDS_ORIGIN = Refusal(*("BadRequest",) * 3, "Insufficient information. Origin request header needed.", 400)
NEEDS_METHOD = Refusal(*("BadRequest",) * 3, "Invalid Access-Control-Request-Method: null", 400)
NOT_ENABLED = Refusal(*("AccessForbidden",) * 3, "CORSResponse: CORS is not enabled for this bucket.")
NOT_ALLOWED = Refusal(
    *("AccessForbidden", "AccessForbidden", "AccessForbidden"),
    "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / "
    "Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.",
)


def is_preflight(environ: Environ) -> bool:
    """S3 has no other OPTIONS; it is answered without a signature."""
    return bool(environ["REQUEST_METHOD"] == "OPTIONS")


def preflight(bucket: Any, environ: Environ) -> WSGI:
    """The answer to a preflight."""
    origin = environ.get("HTTP_ORIGIN", "")
    if not origin:
        return NEEDS_ORIGIN
    method = environ.get("HTTP_ACCESS_CONTROL_REQUEST_METHOD", "")
    if not method and bucket.cors:
        return NEEDS_METHOD
    header = environ.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS", "").lower().split(",")
    names = [name.strip() for name in header if name.strip()]
    rule = rule_for(bucket, origin, method, names)
    if rule is None:
        return _refused(bucket, environ, method)
    headers = [*_headers(rule, origin), ("Content-Length", "0")]
    if names:
        headers.append(("Access-Control-Allow-Headers", ", ".join(names)))

    def answer(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response("200 OK", headers)
        return [b""]

    return answer


def _refused(bucket: Any, environ: Environ, method: str) -> WSGI:
    if not bucket.cors:
        return replace(NOT_ENABLED, details={"Method": method or "OPTIONS", "ResourceType": "BUCKET"})
    has_key = path_of(environ, "s3").strip("/").partition("/")[2]
    return replace(NOT_ALLOWED, details={"Method": method, "ResourceType": "OBJECT" if has_key else "BUCKET"})


def rule_for(bucket: Any, origin: str, method: str, headers: Iterable[str] = ()) -> Any:
    """moto's rule of the bucket that lets the origin do this; None when there is none."""
    return next((rule for rule in bucket.cors if origin and _fits(rule, origin, method, headers)), None)


def share(application: WSGI, rule: Any, origin: str) -> WSGI:
    """`application`, whose answers have the CORS headers of the rule and no others."""
    own = _headers(rule, origin) if rule else []

    def sharing(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        def start(status: str, headers: Headers, *rest: Any) -> Any:
            others = [pair for pair in headers if not pair[0].lower().startswith("access-control-")]
            return start_response(status, [*others, *own], *rest)

        return application(environ, start)

    return sharing


def _fits(rule: Any, origin: str, method: str, headers: Iterable[str]) -> bool:
    return (
        method in (rule.allowed_methods or ())
        and any(_matches(pattern, origin) for pattern in rule.allowed_origins or ())
        and all(any(_matches(p.lower(), h.lower()) for p in rule.allowed_headers or ()) for h in headers)
    )


def _matches(pattern: str, text: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), text) is not None


def _headers(rule: Any, origin: str) -> Headers:
    anybody = "*" in rule.allowed_origins
    headers = [("Access-Control-Allow-Origin", "*" if anybody else origin)]
    headers.append(("Access-Control-Allow-Methods", ", ".join(rule.allowed_methods)))
    if not anybody:
        headers.append(("Access-Control-Allow-Credentials", "true"))
    if rule.exposed_headers:
        headers.append(("Access-Control-Expose-Headers", ", ".join(_texts(rule.exposed_headers))))
    if rule.max_age_seconds:
        headers.append(("Access-Control-Max-Age", str(rule.max_age_seconds)))
    return [*headers, VARY]


def _texts(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
