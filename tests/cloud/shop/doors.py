"""Every route of every deployed template, read from what its API exports, and good bodies from the tests' events."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shoplib import lab, provision

EVENTS = Path(__file__).parents[2] / "events"
METHODS = ("get", "put", "post", "delete", "patch")
Route = tuple[str, str]
PARAMETER = re.compile(r"{([^{}]+?)\+?}")


@dataclass(frozen=True)
class Door:
    """A route: `guards` are the authorizers that it demands, `body` is one that it takes, where the tests know one."""

    pattern: str
    method: str
    path: str
    base: str
    guards: tuple[str, ...]
    body: dict[str, Any] | None = field(hash=False, default=None)

    @property
    def parameters(self) -> list[str]:
        return PARAMETER.findall(self.path)

    def url(self, values: dict[str, str]) -> str:
        return self.base + PARAMETER.sub(lambda match: values[match[1]], self.path)

    def __str__(self) -> str:
        return f"{self.pattern}: {self.method} {self.path}"


def documents(shop: lab.Lab) -> Iterator[tuple[str, dict[str, Any]]]:
    """Pattern and OpenAPI document of each API that is deployed, as API Gateway exports it."""
    for pattern in provision.pattern_names():
        for resource in shop.stack(pattern).resources:
            if resource.type == "AWS::ApiGateway::RestApi":
                yield pattern, _rest(shop, resource.physical_id)
            elif resource.type == "AWS::ApiGatewayV2::Api" and _is_http(shop, resource.physical_id):
                yield pattern, _http(shop, resource.physical_id)


def _rest(shop: lab.Lab, api: str) -> dict[str, Any]:
    (stage,) = shop.client("apigateway").get_stages(restApiId=api)["item"]
    answer = shop.client("apigateway").get_export(restApiId=api, stageName=stage["stageName"], exportType="oas30")
    return dict(json.loads(answer["body"].read()))


def _is_http(shop: lab.Lab, api: str) -> bool:
    return bool(shop.client("apigatewayv2").get_api(ApiId=api)["ProtocolType"] == "HTTP")


def _http(shop: lab.Lab, api: str) -> dict[str, Any]:
    answer = shop.client("apigatewayv2").export_api(
        ApiId=api, OutputType="JSON", Specification="OAS30", IncludeExtensions=False
    )
    return dict(json.loads(answer["body"].read()))


def doors(shop: lab.Lab) -> list[Door]:
    """All of them, but for answers to a browser's preflight request."""
    known = bodies()
    return [
        Door(
            pattern,
            method.upper(),
            path,
            document["servers"][0]["url"],
            tuple(name for demanded in operation.get("security", []) for name in demanded),
            known.get(route_of(method, path)),
        )
        for pattern, document in documents(shop)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if method in METHODS
    ]


def bodies() -> dict[Route, dict[str, Any]]:
    """Route, its parameters nameless -> the body with most fields among those of the tests' events."""
    largest: dict[Route, dict[str, Any]] = {}
    for event in events():
        route, body = _route(event), _object(event.get("body"))
        if route and body and len(body) >= len(largest.get(route, {})):
            largest[route] = body
    return largest


def names_of(part: str) -> dict[Route, set[str]]:
    """Route -> the names of what its events have in a part: `headers` or `queryStringParameters`."""
    names: dict[Route, set[str]] = {}
    for event in events():
        if route := _route(event):
            names.setdefault(route, set()).update(name.lower() for name in event.get(part) or {})
    return names


def events() -> Iterator[dict[str, Any]]:
    for path in sorted(EVENTS.glob("*/*.event.json")):
        yield json.loads(path.read_text(encoding="utf-8"))


def route_of(method: str, path: str) -> Route:
    return method.upper(), PARAMETER.sub("{}", path)


def _route(event: dict[str, Any]) -> Route | None:
    """From payload 1.0 (`resource`) or 2.0 (`routeKey`)."""
    if "routeKey" in event:
        method, _, path = event["routeKey"].partition(" ")
        return route_of(method, path)
    return route_of(event["httpMethod"], event["resource"]) if "resource" in event else None


def _object(text: Any) -> dict[str, Any] | None:
    try:
        value = json.loads(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return value if isinstance(value, dict) else None
