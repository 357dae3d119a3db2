"""Under which names this engine is called.

A browser lets a page call the host that the page itself came from. An attacker whose own name suddenly resolves to
127.0.0.1 (DNS rebinding) is known by that name alone: it stands in the Host header.
"""

from functools import lru_cache

OWN = frozenset({"127.0.0.1", "localhost", "[::1]"})
# Browsers resolve *.localhost to this machine; AWS's names are AWS's to give. No attacker rebinds either.
OWN_SUFFIXES = (".localhost", ".amazonaws.com", ".amazonaws.com.cn", ".api.aws", ".on.aws", ".amazoncognito.com")


@lru_cache(maxsize=4096)
def is_own(host: str) -> bool:
    """True for a Host header that names this engine: its addresses, `bucket.localhost`, AWS's names of services."""
    name = name_of(host)
    return name in OWN or name.endswith(OWN_SUFFIXES)


def name_of(host: str) -> str:
    """Without the port and the root's dot, in lower case."""
    name, colon, port = host.rpartition(":")
    return (name if colon and port.isdigit() else host).lower().removesuffix(".")
