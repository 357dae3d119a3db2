"""The guard's answers, as WSGI applications, in AWS's words for each protocol."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from shoplib.localaws.ingress import faults
from shoplib.localaws.ingress.protocol import Protocol, protocol_of
from shoplib.localaws.ingress.refusals import Refusal as Answer

Environ = dict[str, Any]


@dataclass(frozen=True)
class Refusal:
    """`json`, `query` and `s3` are AWS's codes for it in each protocol."""

    json: str
    query: str
    s3: str
    message: str
    status: int = HTTPStatus.FORBIDDEN
    details: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.message

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        codes = {Protocol.JSON: self.json, Protocol.S3: self.s3}
        code = codes.get(protocol_of(environ), self.query)
        return faults.answer(environ, start_response, Answer(code, self.message, self.status, **self.details))


DENIED = ("AccessDeniedException", "AccessDenied", "AccessDenied")
FOREIGN_HOST = Refusal(
    *DENIED,
    "This engine is not called by this Host; call it 127.0.0.1, localhost or by AWS's own names of its services.",
)
FOREIGN_PAGE = Refusal(
    *DENIED,
    "A web page asked for this. Pages reach deployed APIs, function URLs and, as the bucket's CORS rules say, S3.",
)

NEXT = "sign with the keys that `shoplib env` prints"
UNSIGNED = Refusal(
    *("MissingAuthenticationTokenException", "MissingAuthenticationToken", "AccessDenied"),
    f"Request is missing Authentication Token; {NEXT}.",
)
UNKNOWN_KEY = Refusal(
    *("UnrecognizedClientException", "InvalidClientTokenId", "InvalidAccessKeyId"),
    f"The security token included in the request is invalid; {NEXT}.",
)
BAD_SIGNATURE = Refusal(
    *("InvalidSignatureException", "SignatureDoesNotMatch", "SignatureDoesNotMatch"),
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key "
    f"and signing method; {NEXT}.",
)
LINK_TOO_LONG = Refusal(
    *("InvalidSignatureException", "InvalidParameterValue", "AuthorizationQueryParametersError"),
    "X-Amz-Expires must be a number of seconds from 1 to 604800, which is a week.",
    HTTPStatus.BAD_REQUEST,
)
FORM_EXPIRED = Refusal(*DENIED, "Invalid according to Policy: Policy expired.")
FORM_TOO_LARGE = Refusal(*("EntityTooLarge",) * 3, "Your proposed upload exceeds the maximum allowed size", 400)
FORM_TOO_SMALL = Refusal(*("EntityTooSmall",) * 3, "Your proposed upload is smaller than the minimum allowed size", 400)
FORM_UNREADABLE = Refusal(*("InvalidPolicyDocument",) * 3, "Invalid Policy: it is not a policy that can be read.", 400)


def outside_policy(why: str) -> Refusal:
    return Refusal(*DENIED, f"Invalid according to Policy: {why}")


NOT_SERVED = Refusal(
    *("ResourceNotFoundException", "ResourceNotFound", "NoSuchBucket"), "There is nothing here.", HTTPStatus.NOT_FOUND
)
