"""Response headers that API Gateway keeps for itself: an integration's own value comes back as x-amzn-Remapped-*."""

from shoplib.localaws.apigateway.messages import Response

REMAPPED = frozenset(
    (
        "authorization",
        "connection",
        "content-length",
        "content-md5",
        "date",
        "expect",
        "host",
        "max-forwards",
        "proxy-authenticate",
        "server",
        "te",
        "trailer",
        "upgrade",
        "user-agent",
        "via",
        "www-authenticate",
    )
)
DROPPED = frozenset(("transfer-encoding",))


def remap_headers(response: Response) -> Response:
    """The response with reserved header names prefixed; changed in place."""
    response.headers = [
        (f"x-amzn-Remapped-{name}" if name.lower() in REMAPPED else name, value)
        for name, value in response.headers
        if name.lower() not in DROPPED
    ]
    return response
