"""Where browsers are sent with a code."""

from urllib.parse import urlencode, urlsplit

from shoplib.core.errors import InvalidRequest


def loopback(uri: str) -> str:
    """Codes go to this machine alone: the stand-in believes everybody, so nobody else should rely on it."""
    parts = urlsplit(uri)
    if parts.scheme not in ("http", "https") or parts.hostname not in ("localhost", "127.0.0.1", "::1"):
        raise InvalidRequest("redirect_uri must be an address of this machine (localhost, 127.0.0.1).")
    return uri


def with_code(redirect_uri: str, code: str, state: str | None) -> str:
    """The address of a client, with the code and the state that it sent."""
    query = {"code": code, **({"state": state} if state else {})}
    glue = "&" if urlsplit(redirect_uri).query else "?"
    return f"{redirect_uri}{glue}{urlencode(query)}"
