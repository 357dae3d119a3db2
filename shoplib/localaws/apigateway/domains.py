"""Custom domain names: a Host and a base path that stand for an API and a stage."""

from collections.abc import Iterator
from typing import Any

from moto.apigateway.models import apigateway_backends
from moto.apigatewayv2.models import apigatewayv2_backends

from shoplib.localaws.apigateway.addressing import Address
from shoplib.localaws.apigateway.messages import encoded_path

OWN_HOSTS = ("127.0.0.1", "localhost", "[::1]")
DOMAIN = "shoplib.domain_address"  # where a request keeps it
Mapping = tuple[str, str, str]  # base path, API id, stage ("" when the path names it)


def locate(environ: dict[str, Any]) -> Address | None:
    """Address behind a custom domain, the longest base path first; None when the host is not one. Read once per
    request."""
    if DOMAIN not in environ:
        environ[DOMAIN] = _address(environ.get("HTTP_HOST", ""), encoded_path(environ))
    address: Address | None = environ[DOMAIN]
    return address


def _address(host: str, path: str) -> Address | None:
    name = host.rpartition(":")[0] if ":" in host and not host.endswith("]") else host
    if name in OWN_HOSTS or name.endswith(".amazonaws.com"):
        return None
    for base_path, api_id, stage in sorted(_mappings(name), key=lambda mapping: -len(mapping[0])):
        if not base_path or path == f"/{base_path}" or path.startswith(f"/{base_path}/"):
            rest = path[len(base_path) + 1 :] if base_path else path
            return Address(api_id, f"/{stage}{rest}" if stage else rest or "/", base_path)
    return None


def _mappings(name: str) -> Iterator[Mapping]:
    for backend in _each(apigateway_backends):
        for mapping in list(backend.base_path_mappings.get(name, {}).values()):
            base_path = "" if mapping.base_path == "(none)" else mapping.base_path
            yield base_path, mapping.rest_api_id, mapping.stage or ""
    for backend in _each(apigatewayv2_backends):
        for mapping in list(backend.api_mappings.values()):
            if mapping.domain_name == name:
                yield mapping.api_mapping_key or "", mapping.api_id, mapping.stage


def _each(backends: Any) -> Iterator[Any]:
    for regions in list(backends.values()):
        yield from list(regions.values())
