"""Find addresses outside of this machine that a template's resources call or are served by: the local AWS sends nothing
out, which a deployment says before the first call fails."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from shoplib.localaws.loopback import is_loopback
from shoplib.provision.template import Template

AWS = (".amazonaws.com", ".on.aws")
INTEGRATION, AUTHORIZER = "x-amazon-apigateway-integration", "x-amazon-apigateway-authorizer"
CALL, TOKEN, MESSAGE = "requests to {} answer 500", "tokens of {} are refused", "{} gets no messages"
Address = tuple[str, Any]  # what happens, and the address


def warnings(template: Template, expanded: Mapping[str, Any]) -> tuple[str, ...]:
    """One per resource and host, with the line."""
    failures = [
        (template.line("Resources", name) or 1, name, text.format(host))
        for name, resource in expanded.get("Resources", {}).items()
        for text, value in _addresses(resource.get("Type", ""), resource.get("Properties") or {})
        if (host := _host(value)) and not _is_here(host)
    ]
    reason = "here: the local AWS sends nothing out of this machine"
    return tuple(f"{template.path}:{line}: {name}: {text} {reason}" for line, name, text in dict.fromkeys(failures))


def _addresses(kind: str, properties: Mapping[str, Any]) -> Iterator[Address]:
    match kind:
        case "AWS::ApiGateway::Method":
            yield from _of_integration(properties.get("Integration"), "Type", "Uri")
        case "AWS::ApiGatewayV2::Integration":
            yield from _of_integration(properties, "IntegrationType", "IntegrationUri")
        case "AWS::ApiGatewayV2::Authorizer":
            yield TOKEN, _member(properties.get("JwtConfiguration"), "Issuer")
        case "AWS::ApiGateway::RestApi" | "AWS::ApiGatewayV2::Api":
            yield from _of_document(properties.get("Body"))
        case "AWS::SNS::Subscription":
            yield from _of_subscription(properties)
        case "AWS::SNS::Topic":
            for subscription in properties.get("Subscription") or ():
                yield from _of_subscription(subscription)


def _of_integration(integration: Any, kind: str, address: str) -> Iterator[Address]:
    if str(_member(integration, kind)).upper().startswith("HTTP"):
        yield CALL, _member(integration, address)


def _of_document(part: Any) -> Iterator[Address]:
    """The integrations and authorizers of an OpenAPI document, wherever they stand in it."""
    if isinstance(part, list):
        for each in part:
            yield from _of_document(each)
    if isinstance(part, dict):
        yield from _of_integration(part.get(INTEGRATION), "type", "uri")
        yield TOKEN, _member(_member(part.get(AUTHORIZER), "jwtConfiguration"), "issuer")
        for each in part.values():
            yield from _of_document(each)


def _of_subscription(subscription: Any) -> Iterator[Address]:
    if _member(subscription, "Protocol") in ("http", "https"):
        yield MESSAGE, _member(subscription, "Endpoint")


def _member(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None


def _host(value: Any) -> str | None:
    """None for what is known at deployment only."""
    text = value.get("Fn::Sub") if isinstance(value, dict) else value
    try:
        host = urlsplit(text).hostname if isinstance(text, str) and text.startswith(("http://", "https://")) else None
    except ValueError:
        return None
    return host if host and "{" not in host else None


def _is_here(host: str) -> bool:
    return is_loopback(host) or host.endswith(AWS)
