"""API Gateway and AppSync: which route reaches which function, who authorizes, and who may call at all."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from shoplib.architecture.model import Edge
from shoplib.architecture.reading import naming
from shoplib.architecture.reading.relations import permissions
from shoplib.architecture.reading.world import Resource, World, as_list
from shoplib.architecture.resource_types import CLIENTS

METHODS = {"get", "put", "post", "delete", "patch", "head", "x-amazon-apigateway-any-method"}
REST, HTTP = "AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api"
ACCESS_LOGS = "AccessLogs"  # of what is deployed: the groups of all stages
INTEGRATION, AUTHORIZER = "x-amazon-apigateway-integration", "x-amazon-apigateway-authorizer"

_ACTION = re.compile(r":([\w-]+):action/(\w+)")  # of a REST API's integration
# The services of an HTTP API's integration subtypes.
SUBTYPES = {
    "SQS": "sqs",
    "Kinesis": "kinesis",
    "EventBridge": "events",
    "StepFunctions": "states",
    "AppConfig": "appconfig",
}


def edges(world: World) -> Iterator[Edge]:
    for api in world.of_type(REST, HTTP):
        yield from _document(world, api)
        yield from _logs(world, api.id, api.properties.get(ACCESS_LOGS), f"{api.id}.{ACCESS_LOGS}")
    for method in world.of_type("AWS::ApiGateway::Method"):
        yield from _method(world, method)
    for route in world.of_type("AWS::ApiGatewayV2::Route"):
        yield from _route(world, route)
    for authorizer in world.of_type("AWS::ApiGateway::Authorizer", "AWS::ApiGatewayV2::Authorizer"):
        yield from _authorizer(world, authorizer)
    for source in world.of_type("AWS::AppSync::DataSource"):
        yield from _data_source(world, source)
    for stage in world.of_type("AWS::ApiGateway::Stage", "AWS::ApiGatewayV2::Stage"):
        yield from _access_log(world, stage)
    yield from _callers(world)


def _document(world: World, api: Resource) -> Iterator[Edge]:
    """Routes of an OpenAPI document, as SAM writes it."""
    body = api.properties.get("Body")
    for target in world.ends(api.properties.get("Target"), f"{api.id}.Target"):
        route = str(api.properties.get("RouteKey", "$default"))
        yield Edge(api.id, target, "invoke", (route,), (f"{api.id}: {route}",))
    if unread := _unreadable_definition(api):
        world.unresolved[f"{api.id}.{unread}"] = "the document is in S3"
    if not isinstance(body, dict):
        return
    routes = dict(_operations(body, api.properties.get("ProtocolType") == "WEBSOCKET"))
    for route, operation in routes.items():
        yield from _integration(world, api.id, route, _at(body, operation.get(INTEGRATION)), api.id)
    schemes = body.get("securityDefinitions") or body.get("components", {}).get("securitySchemes") or {}
    for name, scheme in schemes.items():
        guarded = [route for route, operation in routes.items() if _guards(name, operation, body)]
        places = (f"{api.id}: authorizer {name}", *(f"{api.id}: {route}" for route in guarded))
        for target in world.targets(_who_verifies(scheme.get(AUTHORIZER))):
            yield Edge(api.id, target, "authorize", ("authorizes",), places)


def _who_verifies(authorizer: Any) -> Any:
    """Of a JWT authorizer its issuer: the audience is whom a token is for."""
    if isinstance(authorizer, dict) and isinstance(jwt := authorizer.get("jwtConfiguration"), dict):
        return jwt.get("issuer")
    return authorizer


def _unreadable_definition(api: Resource) -> str:
    """The property by which an API is described where only AWS can read it."""
    body = api.properties.get("Body")
    return (
        "Body"
        if isinstance(body, dict) and "Fn::Transform" in body
        else "BodyS3Location"
        if "BodyS3Location" in api.properties
        else ""
    )


def _at(body: Mapping[str, Any], integration: Any) -> Any:
    """An integration that stands among the document's components."""
    while isinstance(integration, dict) and "$ref" in integration:
        component: Any = body
        for part in str(integration["$ref"]).removeprefix("#/").split("/"):
            component = component.get(part) if isinstance(component, dict) else None
        integration = component
    return integration


def _operations(body: Mapping[str, Any], is_socket: bool) -> Iterator[tuple[str, dict[str, Any]]]:
    """A WebSocket's routes have no method."""
    for path, methods in body.get("paths", {}).items():
        for method, operation in methods.items() if isinstance(methods, dict) else ():
            if method in METHODS and isinstance(operation, dict):
                yield path if is_socket else f"{_verb(method)} {path}", operation


def _guards(scheme: str, operation: Mapping[str, Any], body: Mapping[str, Any]) -> bool:
    """A route says who guards it, or leaves that to the whole document."""
    return any(scheme in entry for entry in operation.get("security", body.get("security", [])))


def _verb(method: str) -> str:
    return "ANY" if method.startswith("x-") else method.upper()


def _integration(world: World, api: str, route: str, integration: Any, place: str) -> Iterator[Edge]:
    """A route that forwards: to a function, or straight to another service (queue, table, state machine)."""
    if not isinstance(integration, dict):
        return
    fields = {
        key.removeprefix("Integration").removeprefix("integration").lower(): it for key, it in integration.items()
    }
    if str(fields.get("type", "")).lower() == "mock":
        return
    forwarded = {key: it for key, it in integration.items() if key.lower() not in ("credentials", "responses")}
    targets = [target for target in world.targets(forwarded) if target != api]
    for target in targets or _external_targets(world, fields, f"{place}: {route}"):
        yield Edge(api, target, "invoke", (route,), (f"{place}: {route}",))


def _external_targets(world: World, fields: Mapping[str, Any], place: str) -> list[str]:
    """What the template does not make: another's resource, all of a service, or a host of the web."""
    uri = fields.get("uri")
    text = naming.plain(naming.spell(uri, world.parameters))
    host = urlsplit(text).hostname if text.startswith("http") else None
    name, _, action = str(fields.get("subtype", "")).partition("-")
    if service := SUBTYPES.get(name):
        everything = naming.unnamed(service)
        return [everything] if everything == naming.DEFAULT_BUS else _told_by_requests(world, fields, service, action)
    if called := _ACTION.search(text):
        return _told_by_requests(world, fields, called[1], called[2])
    return world.others(uri) or ([host] if host else world.ends(uri, place))


def _told_by_requests(world: World, fields: Mapping[str, Any], service: str, action: str) -> list[str]:
    """What only a request names is what the route's role allows; all of the service where it allows more than that."""
    return permissions.own_resources(world, fields.get("credentials"), service, action) or [
        f"{service}:{naming.ANYTHING}"
    ]


def _method(world: World, method: Resource) -> Iterator[Edge]:
    api, properties = world.owner(method.id), method.properties
    if api:
        yield from _integration(world, api, _route_of(world, method), properties.get("Integration"), method.id)


def _route_of(world: World, resource: Resource) -> str:
    properties = resource.properties
    if resource.type == "AWS::ApiGatewayV2::Route":
        return str(properties.get("RouteKey"))
    return f"{properties.get('HttpMethod', 'ANY')} {_path(world, properties.get('ResourceId'))}"


def _path(world: World, value: Any) -> str:
    """The path of an API resource, from its parents' parts."""
    resource = next((world.resources[name] for name in world.names(value) if name in world.resources), None)
    if resource is None or resource.type != "AWS::ApiGateway::Resource":
        return "/"
    return f"{_path(world, resource.properties.get('ParentId')).rstrip('/')}/{resource.properties.get('PathPart')}"


def _route(world: World, route: Resource) -> Iterator[Edge]:
    api = world.owner(route.id)
    for name in world.names(route.properties.get("Target")):
        integration = world.resources.get(name)
        if api and integration and integration.type == "AWS::ApiGatewayV2::Integration":
            target = {key: value for key, value in integration.properties.items() if key != "ApiId"}
            yield from _integration(world, api, _route_of(world, route), target, route.id)


def _authorizer(world: World, authorizer: Resource) -> Iterator[Edge]:
    api = world.owner(authorizer.id)
    routes = world.of_type("AWS::ApiGateway::Method", "AWS::ApiGatewayV2::Route")
    guarded = [route for route in routes if authorizer.id in world.names(route.properties.get("AuthorizerId"))]
    places = (authorizer.id, *(f"{route.id}: {_route_of(world, route)}" for route in guarded))
    issuer = (authorizer.properties.get("JwtConfiguration") or {}).get("Issuer")
    for target in world.targets(
        [issuer, *(authorizer.properties.get(key) for key in ("AuthorizerUri", "ProviderARNs"))]
    ):
        if api:
            yield Edge(api, target, "authorize", ("authorizes",), places)


def _data_source(world: World, source: Resource) -> Iterator[Edge]:
    api = world.owner(source.id)
    configuration = {key: value for key, value in source.properties.items() if key not in ("ApiId", "ServiceRoleArn")}
    for target in world.targets(configuration):
        if api:
            yield Edge(api, target, "invoke", ("resolves",), (source.id,))


def _access_log(world: World, stage: Resource) -> Iterator[Edge]:
    settings = stage.properties.get("AccessLogSetting") or stage.properties.get("AccessLogSettings") or {}
    yield from _logs(world, world.owner(stage.id), settings.get("DestinationArn"), f"{stage.id}.AccessLogSetting")


def _logs(world: World, api: str | None, groups: Any, place: str) -> Iterator[Edge]:
    for group in world.targets(groups) if api else ():
        if group != api:
            yield Edge(str(api), group, "event", ("access logs",), (place,))


def _callers(world: World) -> Iterator[Edge]:
    """Whoever may send requests from outside: to a content network, else to the APIs and function URLs themselves."""
    fronted: set[str] = set()
    for front in world.of_type("AWS::CloudFront::Distribution"):
        origins: Mapping[str, Any] = front.properties.get("DistributionConfig", {})
        for target in world.targets(as_list(origins.get("Origins"))):
            fronted.add(target)
            yield Edge(front.id, target, "request", ("origin",), (f"{front.id}.Origins",))
        yield Edge(CLIENTS, front.id, "request", ("HTTPS",), (front.id,))
        for firewall in world.targets(origins.get("WebACLId")):
            yield Edge(front.id, firewall, "authorize", ("filters",), (f"{front.id}.WebACLId",))
    for api in world.of_type(REST, HTTP, "AWS::AppSync::GraphQLApi", "AWS::ElasticLoadBalancingV2::LoadBalancer"):
        if api.id not in fronted and world.owner(api.id) == api.id:
            yield Edge(CLIENTS, api.id, "request", (_protocol(api),), (api.id,))
    for url in world.of_type("AWS::Lambda::Url"):
        function = world.owner(url.id)
        if function and function not in fronted:
            yield Edge(CLIENTS, function, "request", ("HTTPS",), (url.id,))


def _protocol(api: Resource) -> str:
    return "WebSocket" if api.properties.get("ProtocolType") == "WEBSOCKET" else "HTTPS"
