"""JSON web tokens: whose they are, whether they still hold, and the keys that prove it."""

import time
from typing import Any

import requests
from joserfc import jwk, jwt
from joserfc.errors import JoseError
from moto.cognitoidp.models import cognitoidp_backends

from shoplib.localaws.loopback import is_here, session
from shoplib.localaws.own_addresses import translated

KEYS_TTL = 300.0  # seconds that a fetched key set is used again
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"]  # "only RSA-based algorithms are supported"
_fetched: dict[str, tuple[float, Any]] = {}


class TokenRejected(Exception):
    """The text says why, in the words of a WWW-Authenticate error_description."""


class TokenExpired(TokenRejected):
    pass


def verify(token: str, issuer: str) -> dict[str, Any]:
    """Claims of a token that `issuer` signed and that is valid now. Raises TokenRejected."""
    key = keys_of(issuer)
    try:
        claims = jwt.decode(token, key, algorithms=ALGORITHMS).claims
    except (JoseError, ValueError) as error:
        raise TokenRejected("the token is malformed or its signature is wrong") from error
    if claims.get("iss") != issuer:
        raise TokenRejected(f"the token's issuer is {claims.get('iss')!r}, not {issuer!r}")
    now = time.time()
    if now >= float(claims.get("exp", 0)):
        raise TokenExpired("the token has expired")
    if any(now < float(claims[name]) for name in ("nbf", "iat") if name in claims):
        raise TokenRejected("the token is not valid yet")
    return claims


def keys_of(issuer: str) -> Any:
    """Key (set) of a local Cognito user pool, or of an issuer on this machine: a server, or a deployed API. Raises
    TokenRejected for any other."""
    pool = find_user_pool(issuer.rpartition("/")[2])
    if pool is not None and ".amazonaws.com/" in issuer:
        return pool.json_web_key
    if not is_here(translated(issuer)):
        raise TokenRejected("OIDC discovery endpoint communication error")
    expiry, keys = _fetched.get(issuer, (0.0, None))
    if expiry < time.monotonic():
        keys = _fetch(issuer)
        _fetched[issuer] = (time.monotonic() + KEYS_TTL, keys)
    return keys


def _fetch(issuer: str) -> Any:
    try:
        with session() as http:
            address = f"{translated(issuer).rstrip('/')}/.well-known/openid-configuration"
            discovery = http.get(address, timeout=5).json()
            return jwk.KeySet.import_key_set(http.get(translated(discovery["jwks_uri"]), timeout=5).json())
    except (requests.RequestException, ValueError, KeyError) as error:
        raise TokenRejected("OIDC discovery endpoint communication error") from error


def find_user_pool(pool_id: str) -> Any | None:
    """moto's user pool, in whatever account and region it is."""
    for regions in list(cognitoidp_backends.values()):
        for backend in list(regions.values()):
            if pool_id in backend.user_pools:
                return backend.user_pools[pool_id]
    return None


def claim_texts(claims: dict[str, Any]) -> dict[str, str]:
    """Claims as API Gateway hands them on: all text, lists as `[a b]`."""
    return {name: _text(value) for name, value in claims.items()}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"[{' '.join(map(_text, value))}]" if isinstance(value, list) else str(value)


def scopes_of(claims: dict[str, Any]) -> list[str]:
    """`scope` is one text, `scp` may be a list."""
    value = claims.get("scope") or claims.get("scp") or []
    return value.split() if isinstance(value, str) else [str(item) for item in value]
