"""API calls of a REST API's resources, which stay a tree: moto 5.2.5 leaves children behind and takes names twice."""

import json
from collections.abc import Iterator
from typing import Any

from moto.apigateway.exceptions import BadRequestException, ConflictException
from moto.apigateway.responses import APIGatewayResponse

from shoplib.localaws.apigateway.control_plane.method_requests import resource_of
from shoplib.localaws.apigateway.control_plane.patches import NotFound, Paths, apply

Reply = tuple[int, dict[str, int], str]
_create_plain_resource: Any = APIGatewayResponse.create_resource


def get_resources(request: Any) -> str:
    api = request.backend.get_rest_api(request.path.split("/")[2])
    return json.dumps({"item": [_described(request, each) for each in api.resources.values()]})


def get_resource(request: Any) -> str:
    return json.dumps(_described(request, resource_of(request)))


def _described(request: Any, resource: Any) -> dict[str, Any]:
    """Of its methods AWS says the names alone, unless it is asked to embed them."""
    described: dict[str, Any] = resource.to_dict()
    if "methods" not in (request.querystring.get("embed") or []) and "resourceMethods" in described:
        described["resourceMethods"] = {name: {} for name in described["resourceMethods"]}
    return described


def create_resource(request: Any) -> Any:
    parent, part = resource_of(request), request._get_param("pathPart")
    _require_place(_api(request), parent, str(part), None)
    return _create_plain_resource(request)


def update_resource(request: Any) -> Reply:
    resource, api = resource_of(request), _api(request)
    resource.api = api
    try:
        apply(resource, request._get_param("patchOperations"), RESOURCE)
    finally:
        vars(resource).pop("api", None)
    return 200, {"status": 200}, json.dumps(resource.to_dict())


def delete_resource(request: Any) -> Reply:
    resource, api = resource_of(request), _api(request)
    for each in [resource, *_below(api, resource)]:
        del api.resources[each.id]
    return 202, {"status": 202}, ""


def _move(resource: Any, kind: str, rest: list[str], value: Any) -> None:
    api = resource.api
    if resource.parent_id is None:
        raise BadRequestException("Root resource cannot update its parentId.")
    parent = api.resources.get(value)
    if parent is None:
        raise NotFound("Invalid Resource identifier specified")
    if parent is resource or parent in _below(api, resource):
        raise BadRequestException("Resources cannot be cyclical.")
    _require_place(api, parent, resource.path_part, resource)
    resource.parent_id = value


def _rename(resource: Any, kind: str, rest: list[str], value: Any) -> None:
    if resource.parent_id is None:
        raise BadRequestException("Root resource cannot update its pathPart.")
    _require_place(resource.api, resource.api.resources[resource.parent_id], str(value), resource)
    resource.path_part = str(value)


def _require_place(api: Any, parent: Any, part: str, itself: Any) -> None:
    if parent.path_part.endswith("+}"):
        raise BadRequestException(
            f"Cannot create a child of a resource with a greedy path variable: {parent.path_part}"
        )
    for sibling in (each for each in api.resources.values() if each.parent_id == parent.id and each is not itself):
        if sibling.path_part == part:
            raise ConflictException(f"Another resource with the same parent already has this name: {part}")
        if part.startswith("{") and sibling.path_part.startswith("{"):
            raise BadRequestException(
                f"A sibling ({sibling.path_part}) of this resource already has a variable path part -- only one is "
                "allowed"
            )


def _below(api: Any, resource: Any) -> list[Any]:
    return list(_descendants(api, resource))


def _descendants(api: Any, resource: Any) -> Iterator[Any]:
    for each in list(api.resources.values()):
        if each.parent_id == resource.id:
            yield each
            yield from _descendants(api, each)


def _api(request: Any) -> Any:
    return request.backend.apis[request.path.split("/")[2]]


RESOURCE: Paths = {"parentId": (("replace",), _move), "pathPart": (("replace",), _rename)}
HANDLERS = {
    each.__name__: each for each in (get_resources, get_resource, create_resource, update_resource, delete_resource)
}
