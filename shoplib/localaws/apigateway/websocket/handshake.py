"""The opening handshake (RFC 6455, section 4.2): which request asks for a WebSocket, and the answer that opens it."""

from shoplib.localaws.apigateway.messages import Request, Response

VERSION = "13"


def is_handshake(request: Request) -> bool:
    """The ingress has taken the Connection header, which says Upgrade, off the request."""
    return (
        request.method == "GET"
        and (request.header("upgrade") or "").lower() == "websocket"
        and request.header("sec-websocket-version") == VERSION
        and bool(request.header("sec-websocket-key"))
    )


def without_upgrade(request: Request) -> Request:
    """As events have it: what is between client and gateway alone is left out."""
    request.headers = [pair for pair in request.headers if pair[0].lower() != "upgrade"]
    return request


def switching(request: Request, response: Response) -> Response:
    """With the subprotocol that the integration of `$connect` has chosen."""
    from wsproto.utilities import generate_accept_token  # with the first connection, not with the first API

    token = generate_accept_token((request.header("sec-websocket-key") or "").encode()).decode()
    headers = [("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Accept", token)]
    chosen = [pair for pair in response.headers if pair[0].lower() == "sec-websocket-protocol"]
    return Response(101, [*headers, *chosen])
