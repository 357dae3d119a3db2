"""Headers that API Gateway keeps for itself, on the way to an integration and back.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
"""

from shoplib.localaws.apigateway.errors import internal_error
from shoplib.localaws.apigateway.messages import Headers, Response

# A client's own, which neither events nor templates see.
OF_THE_CLIENT = frozenset(
    (
        *("connection", "content-length", "content-md5", "expect", "max-forwards", "proxy-authenticate", "server"),
        *("te", "trailer", "transfer-encoding", "upgrade", "www-authenticate"),
    )
)
# Mapped onto an integration's request, these do not arrive, or fail the request.
NEVER_SENT = frozenset(("connection", "expect", "proxy-authenticate", "te", "via"))
NEVER_MAPPED = frozenset(("content-length", "transfer-encoding"))
NEVER_MAPPED_TO_AWS = NEVER_MAPPED | {"authorization", "connection", "expect", "proxy-authenticate", "te"}
# Mapped onto an answer, or answered by an integration, these come back as x-amzn-Remapped-*.
REMAPPED = frozenset(
    (
        *("authorization", "connection", "content-length", "content-md5", "date", "expect", "host", "max-forwards"),
        *("proxy-authenticate", "server", "trailer", "upgrade", "user-agent", "www-authenticate"),
    )
)
REMAPPED_OF_PROXIES = REMAPPED | {"te", "via", "x-amzn-requestid"}
DROPPED = frozenset(("transfer-encoding",))
# However a client spells them, events have them so.
SPELLINGS = {"authorization": "Authorization", "user-agent": "User-Agent"}


def of_the_method(headers: Headers) -> Headers:
    """What a REST API's method sees of the client's headers."""
    return [(SPELLINGS.get(name.lower(), name), value) for name, value in headers if name.lower() not in OF_THE_CLIENT]


def require_mappable(integration_type: str, targets: list[str]) -> None:
    """Raises GatewayError for a mapping onto a header that API Gateway writes itself."""
    names = [each.removeprefix("integration.request.header.").lower() for each in targets if ".header." in each]
    refused = {"MOCK": frozenset(), "AWS": NEVER_MAPPED_TO_AWS, "AWS_PROXY": NEVER_MAPPED_TO_AWS}
    for name in names:
        if name in refused.get(integration_type, NEVER_MAPPED):
            raise internal_error(f"the header {name} of an integration's request cannot be mapped")


def remap_headers(response: Response, reserved: frozenset[str] = REMAPPED_OF_PROXIES) -> Response:
    """The response with reserved header names prefixed; changed in place."""
    response.headers = [
        (f"x-amzn-Remapped-{name}" if name.lower() in reserved else name, value)
        for name, value in response.headers
        if name.lower() not in DROPPED
    ]
    return response
