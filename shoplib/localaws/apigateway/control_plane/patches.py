"""PATCH by the paths that AWS documents: the way of all resources, and the paths of a REST API.

moto 5.2.5 finds paths by substrings, stores "" for one that carries the value itself (`/binaryMediaTypes/image~1png`)
and passes over those that it does not know.

https://docs.aws.amazon.com/apigateway/latest/api/patch-operations.html
"""

from collections.abc import Callable
from typing import Any

from moto.apigateway.exceptions import BadRequestException, NotFoundException

from shoplib.localaws.apigateway.control_plane.descriptions import address_type

Operation = dict[str, Any]
Put = Callable[..., None]  # (target, op, segments behind the first, value)
Paths = dict[str, tuple[tuple[str, ...], Put]]
Words = Callable[[Operation, Paths], str]
EVERY = ("add", "replace", "remove")
COPY = "\0copy"  # no path: where operations copy from one to another
ANY = ""  # a path that begins with something of the user's
NULL = (None, "", "null")
MOST_BYTES = 10_485_760
ENDPOINT_TYPES = ("REGIONAL", "EDGE", "PRIVATE")


class UnknownPath(Exception):
    """What is behind a path's first segment is not AWS's."""


class NotFound(NotFoundException):
    code = 404


def listing(operation: Operation, paths: Paths) -> str:
    """AWS's words for resources, models, validators and others: with the paths that an operation has."""
    kind = operation.get("op")
    start = f"Invalid patch path  '{operation.get('path')}' specified for op '{kind}'."
    known = [f"/{path}" for path, (kinds, _) in paths.items() if kind in kinds]
    return f"{start} Must be one of: [{', '.join(known)}]" if known else f"{start} Please choose supported operations"


def path_alone(operation: Operation, paths: Paths) -> str:
    path = operation.get("path")
    return f"Invalid patch path {'null' if path is None else path}"


def path_or_operation(operation: Operation, paths: Paths) -> str:
    """AWS's words for APIs, methods and their responses."""
    kinds = paths.get(segments(operation)[0], ((), None))[0]
    if not kinds or operation.get("op") in kinds:
        return path_alone(operation, paths)
    choice = "one of: [replace]" if kinds == ("replace",) else "'add'|'remove'|'replace'"
    return f"Invalid patch operation specified. Must be {choice}"


def of_rest_api(api: Any, operations: list[Operation]) -> None:
    apply(api, operations, REST_API, path_or_operation)


def apply(target: Any, operations: list[Operation] | None, paths: Paths, words: Words = listing) -> Any:
    """`target`, changed by all operations or by none; BadRequestException for one that AWS does not know."""
    before = dict(vars(target))
    try:
        for operation in operations or []:
            _apply(target, operation, paths, words)
    except BaseException:
        vars(target).clear()
        vars(target).update(before)
        raise
    return target


def _apply(target: Any, operation: Operation, paths: Paths, words: Words) -> None:
    if operation.get("op") == "copy" and COPY in paths:
        paths[COPY][1](target, "copy", [], operation)
        return
    kind, path = operation.get("op"), segments(operation)
    settings = paths.get(path[0]) or paths.get(ANY)
    if settings is None or kind not in settings[0]:
        raise BadRequestException(words(operation, paths))
    try:
        settings[1](target, kind, path if path[0] not in paths else path[1:], operation.get("value"))
    except UnknownPath:
        raise BadRequestException(path_alone(operation, paths)) from None


def segments(operation: Operation) -> list[str]:
    """`/binaryMediaTypes/image~1png` -> [binaryMediaTypes, image/png]: JSON pointers write "/" as ~1 and "~" as ~0."""
    path = str(operation.get("path", ""))
    return [part.replace("~1", "/").replace("~0", "~") for part in path.removeprefix("/").split("/")]


def attribute(name: str, read: Callable[[Any], Any] = str) -> Callable[..., None]:
    def put(api: Any, kind: str, rest: list[str], value: Any) -> None:
        setattr(api, name, None if kind == "remove" else read(value))

    return put


def compression(value: Any) -> int | None:
    """Bytes from which on answers are compressed; null switches it off."""
    if value in NULL:
        return None
    if not str(value).isdigit() or int(value) > MOST_BYTES:
        raise BadRequestException(f"Invalid minimum compression size, must be between 0 and {MOST_BYTES}")
    return int(value)


def _key_source(value: Any) -> str:
    if value not in ("HEADER", "AUTHORIZER"):
        raise BadRequestException(
            f"1 validation error detected: Value '{value}' at 'createRestApiInput.apiKeySource' failed to satisfy "
            "constraint: Member must satisfy enum value set: [AUTHORIZER, HEADER]"
        )
    return str(value)


def _media_types(api: Any, kind: str, rest: list[str], value: Any) -> None:
    """The type is in the path; `replace` takes it away and puts the value at the end."""
    if len(rest) != 1 or not rest[0]:
        raise UnknownPath
    others = [each for each in api.binaryMediaTypes if each != rest[0]]
    if kind != "add" and len(others) == len(api.binaryMediaTypes):
        raise BadRequestException("Invalid binary media type specified")
    api.binaryMediaTypes = others if kind == "remove" else [*others, rest[0] if kind == "add" else str(value)]


def _endpoint(api: Any, kind: str, rest: list[str], value: Any) -> None:
    if rest[:1] == ["types"]:
        _endpoint_type(api, kind, value)
    elif rest == ["ipAddressType"]:
        if kind != "replace":
            raise BadRequestException("Invalid patch operation specified. Must be one of: [replace]")
        if value not in ("ipv4", "dualstack"):
            raise BadRequestException("ipAddressType must be either ipv4 or dualstack.")
        api.endpoint_configuration = require_endpoint({**api.endpoint_configuration, "ipAddressType": value})
    else:
        raise UnknownPath


def _endpoint_type(api: Any, kind: str, value: Any) -> None:
    """An API has one type."""
    if kind not in EVERY:
        raise BadRequestException("Invalid patch operation specified. Must be 'add'|'remove'|'replace'")
    if kind != "remove" and value not in ENDPOINT_TYPES:
        raise BadRequestException(f"Invalid EndpointTypes specified. Valid options are {','.join(ENDPOINT_TYPES)}")
    present = list(api.endpoint_configuration.get("types") or [])
    kinds = {"add": [*present, value], "remove": [], "replace": [value]}[kind]
    address = address_type(kinds) if "PRIVATE" in kinds else api.endpoint_configuration.get("ipAddressType")
    changed = {**api.endpoint_configuration, "types": kinds, **({"ipAddressType": address} if address else {})}
    api.endpoint_configuration = require_endpoint(changed)


def require_endpoint(endpoint: dict[str, Any]) -> dict[str, Any]:
    kinds = endpoint.get("types")
    if kinds is not None and not kinds:
        raise BadRequestException("REGIONAL Configuration and EDGE Configuration cannot be both DISABLED.")
    if len(kinds or []) > 1:
        raise BadRequestException("Cannot create an api with multiple Endpoint Types.")
    if "PRIVATE" in (kinds or []) and endpoint.get("ipAddressType") == "ipv4":
        raise BadRequestException("Only dualstack ipAddressType is supported for Private APIs.")
    return endpoint


def truth(value: Any) -> bool:
    return str(value).strip().lower() == "true"


REST_API: Paths = {
    "name": (("replace",), attribute("name")),
    "description": (("replace", "remove", "add"), attribute("description")),
    "version": (("replace",), attribute("version")),
    "apiKeySource": (("replace",), attribute("api_key_source", _key_source)),
    "policy": (("replace", "remove", "add"), attribute("policy", lambda value: value or None)),
    "minimumCompressionSize": (("replace",), attribute("minimum_compression_size", compression)),
    "disableExecuteApiEndpoint": (("replace",), attribute("disableExecuteApiEndpoint", truth)),
    "binaryMediaTypes": (("add", "remove", "replace"), _media_types),
    "endpointConfiguration": ((*EVERY, "copy", "move", "test"), _endpoint),
}
