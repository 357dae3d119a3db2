"""HTTP calls that never leave this machine."""

import ipaddress

import requests


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def session() -> requests.Session:
    """Connections to this machine only: no proxy, no credentials from ~/.netrc."""
    own_session = requests.Session()
    own_session.trust_env = False
    adapter = requests.adapters.HTTPAdapter(pool_connections=16, pool_maxsize=64)
    own_session.mount("http://", adapter)
    return own_session
