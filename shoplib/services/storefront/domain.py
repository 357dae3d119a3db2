"""The site's files in its bucket, and the response to CloudFormation."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shoplib.core.errors import InvalidRequest

# What the page may talk to. Whoever has no address is not offered.
APIS = (
    *("shop", "checkout", "pricing", "delivery", "events", "search"),
    *("reviews", "wishlist", "support", "socket", "content"),
)
INDEX, CONFIG, ROBOTS = "index.html", "config.json", "robots.txt"
POLICY = "{{policy}}"
# Browsers ask each time whether a file has changed: a new release is there with the next page, as a whole.
CACHE = "no-cache"
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
}
_ADDRESS = re.compile(r"(https?|wss?)://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[\w.~-]+)*/?")
_MESSAGES = re.compile(r"messages/([a-z]{2})\.json")
_SOURCE_LANGUAGE = "en"
_MAX_REASON = 500


@dataclass(frozen=True)
class File:
    content: bytes
    content_type: str


def addresses(properties: Mapping[str, Any]) -> dict[str, str]:
    """API -> URL, of the APIs that a deployment names. InvalidRequest for an invalid URL or an unknown API."""
    stated = {name: address for name, address in (properties.get("Addresses") or {}).items() if address}
    for name, address in stated.items():
        if name not in APIS:
            raise InvalidRequest(f"Addresses has {name[:40]}, but knows {', '.join(APIS)} alone.")
        if not _ADDRESS.fullmatch(address):
            raise InvalidRequest(f"Addresses.{name} is no address that a page can call.")
    return {name: address.rstrip("/") for name, address in stated.items()}


def files(assets: Mapping[str, bytes], addresses: Mapping[str, str]) -> dict[str, File]:
    """Key -> file: the assets, the page with its content security policy, and the URLs of its APIs."""
    policy = content_security_policy(addresses)
    index = assets[INDEX].decode().replace(POLICY, policy).encode()
    config = json.dumps({"addresses": addresses, "languages": _languages(assets)}, indent=1, sort_keys=True).encode()
    everything = {**assets, INDEX: index, CONFIG: config, ROBOTS: _robots(addresses).encode()}
    return {key: File(content, _type(key)) for key, content in everything.items()}


def _robots(addresses: Mapping[str, str]) -> str:
    sitemap = f"Sitemap: {_sitemap(addresses)}\n" if "search" in addresses else ""
    return f"User-agent: *\nAllow: /\n{sitemap}"


def _sitemap(addresses: Mapping[str, str]) -> str:
    return f"{addresses['search']}/sitemap.xml" if "search" in addresses else ""


def site(page: str, addresses: Mapping[str, str]) -> dict[str, str]:
    """What the content service is told: where the page, the pages to share and the sitemap are."""
    return {"address": page, "product_pages": f"{addresses['content']}/share/", "sitemap": _sitemap(addresses)}


def _languages(assets: Mapping[str, bytes]) -> list[str]:
    """The languages: English, the source language, and those with a message catalog."""
    catalogs = (_MESSAGES.fullmatch(key) for key in sorted(assets))
    return [_SOURCE_LANGUAGE, *(match[1] for match in catalogs if match and match[1] != _SOURCE_LANGUAGE)]


def content_security_policy(addresses: Mapping[str, str]) -> str:
    """What the page may load and call: its own files and the APIs of its deployment; no scripts except its own files,
    no markup from text, nothing from other hosts.
    """
    apis = " ".join(_within(address) for _, address in sorted(addresses.items()))
    rules = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        # The catalog's and the editors' pictures may be elsewhere.
        "img-src": "'self' https:",
        "manifest-src": "'self'",
        "connect-src": f"'self' {apis}".strip(),
        "base-uri": "'none'",
        "form-action": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "lit-html",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def _within(address: str) -> str:
    """A WebSocket URL is used as it is; a path with a trailing slash includes everything below it."""
    return address if address.startswith("ws") else f"{address}/"


def answer(request: Mapping[str, Any], bucket: str, error: Exception | None = None) -> dict[str, Any]:
    """The response to CloudFormation's request; the physical ID follows from the bucket's name."""
    return {
        "Status": "FAILED" if error else "SUCCESS",
        "Reason": str(error)[:_MAX_REASON] if error else "",
        "PhysicalResourceId": request.get("PhysicalResourceId") or f"site-in-{bucket}",
        **{name: request[name] for name in ("StackId", "RequestId", "LogicalResourceId")},
    }


def _type(key: str) -> str:
    return TYPES.get(f".{key.rpartition('.')[2]}", TYPES[".txt"])
