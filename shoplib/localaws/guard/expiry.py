"""Until when a signature is good, and what AWS says of one that is not."""

from http import HTTPStatus
from time import gmtime, strftime
from typing import Any

from shoplib.localaws.guard import sigv2
from shoplib.localaws.guard.claims import SKEW, Claim, is_number
from shoplib.localaws.guard.refusals import Refusal
from shoplib.localaws.ingress.protocol import Protocol, protocol_of

Environ = dict[str, Any]
TOO_SKEWED = "The difference between the request time and the current time is too large."


def refusal_of(claim: Claim, environ: Environ, now: float) -> Refusal | None:
    """Of a signature of version 4; None while it is good."""
    if -SKEW <= now - claim.signed_at < claim.lifetime:
        return None
    if protocol_of(environ) is Protocol.EC2:
        return _refusal("RequestExpired", "Request has expired.", HTTPStatus.BAD_REQUEST)
    if protocol_of(environ) is not Protocol.S3:
        return _out_of_time(claim, now)
    return _too_skewed(claim.moment, now) if "HTTP_AUTHORIZATION" in environ else _link_out_of_time(claim, now)


def refusal_of_old(environ: Environ, now: float) -> Refusal | None:
    """Of one of S3's older kind."""
    if sigv2.is_timely(environ, now):
        return None
    if "HTTP_AUTHORIZATION" in environ:
        return _too_skewed(sigv2.date_of(environ), now)
    expires = sigv2.query_of(environ).get("Expires", "")
    ends = int(expires) if is_number(expires) else 0
    return _denied("Request has expired", Expires=_iso(ends), ServerTime=_iso(now))


def _out_of_time(claim: Claim, now: float) -> Refusal:
    minutes = claim.lifetime // 60
    if now < claim.signed_at:
        text = f"Signature not yet current: {claim.moment} is still later than {_stamp(now + SKEW)} "
        return _mismatch(f"{text}({_stamp(now)} + {SKEW // 60} min.)")
    text = f"Signature expired: {claim.moment} is now earlier than {_stamp(now - claim.lifetime)} "
    return _mismatch(f"{text}({_stamp(now)} - {minutes} min.)")


def _link_out_of_time(claim: Claim, now: float) -> Refusal:
    ends = {"Expires": _iso(claim.signed_at + claim.lifetime), "ServerTime": _iso(now)}
    if now < claim.signed_at:
        return _denied("Request is not yet valid", **{"X-Amz-Date": f"{claim.signed_at}000", **ends})
    return _denied("Request has expired", **{"X-Amz-Expires": str(claim.lifetime), **ends})


def _too_skewed(stated: str, now: float) -> Refusal:
    details = {"RequestTime": stated, "ServerTime": _iso(now), "MaxAllowedSkewMilliseconds": f"{SKEW}000"}
    return _refusal("RequestTimeTooSkewed", TOO_SKEWED, HTTPStatus.FORBIDDEN, **details)


def _denied(message: str, **details: str) -> Refusal:
    return _refusal("AccessDenied", message, HTTPStatus.FORBIDDEN, **details)


def _mismatch(message: str) -> Refusal:
    return Refusal("InvalidSignatureException", "SignatureDoesNotMatch", "SignatureDoesNotMatch", message)


def _refusal(code: str, message: str, status: HTTPStatus, **details: str) -> Refusal:
    return Refusal(code, code, code, message, status, details)


def _stamp(moment: float) -> str:
    return strftime("%Y%m%dT%H%M%SZ", gmtime(moment))


def _iso(moment: float) -> str:
    return strftime("%Y-%m-%dT%H:%M:%SZ", gmtime(moment))
