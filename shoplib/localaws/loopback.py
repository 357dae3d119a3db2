"""HTTP calls that never leave this machine."""

import ipaddress
from typing import Any

import requests
from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_here(url: str) -> bool:
    r"""Read by the library that calls it: others find another host in `http://a.example\@127.0.0.1/`."""
    try:
        host = parse_url(url).host
    except LocationParseError:
        return False
    return is_loopback((host or "").strip("[]"))


class _ThisMachine(requests.adapters.HTTPAdapter):
    """Whoever forgets to ask where an address is, is stopped before anything is sent."""

    def send(self, request: requests.PreparedRequest, *rest: Any, **options: Any) -> requests.Response:
        if not is_here(request.url or ""):
            raise requests.ConnectionError("the local AWS sends nothing out of this machine", request=request)
        return super().send(request, *rest, **options)


def session() -> requests.Session:
    """Connections to this machine only: no proxy, no credentials from ~/.netrc."""
    own_session = requests.Session()
    own_session.trust_env = False
    for scheme in ("http://", "https://"):
        own_session.mount(scheme, _ThisMachine(pool_connections=16, pool_maxsize=64))
    return own_session
