"""PATCH by the paths that AWS documents: the way of all resources, and the paths of a REST API.

moto 5.2.5 finds paths by substrings, stores "" for one that carries the value itself (`/binaryMediaTypes/image~1png`)
and passes over those that it does not know.

https://docs.aws.amazon.com/apigateway/latest/api/patch-operations.html
"""

from collections.abc import Callable
from typing import Any

from moto.apigateway.exceptions import BadRequestException

Operation = dict[str, Any]
Put = Callable[..., None]  # (target, op, segments behind the first, value)
Paths = dict[str, tuple[tuple[str, ...], Put]]
ANY = ""  # a path that begins with something of the user's
NULL = (None, "", "null")


def of_rest_api(api: Any, operations: list[Operation]) -> None:
    apply(api, operations, REST_API)


def apply(target: Any, operations: list[Operation] | None, paths: Paths) -> Any:
    """`target`, changed by each operation; BadRequestException for one that AWS does not know."""
    for operation in operations or []:
        kind, path = operation.get("op"), segments(operation)
        settings = paths.get(path[0]) or paths.get(ANY)
        if settings is None or kind not in settings[0]:
            raise invalid(operation)
        settings[1](target, kind, path if path[0] not in paths else path[1:], operation.get("value"))
    return target


def segments(operation: Operation) -> list[str]:
    """`/binaryMediaTypes/image~1png` -> [binaryMediaTypes, image/png]: JSON pointers write "/" as ~1 and "~" as ~0."""
    path = str(operation.get("path", ""))
    return [part.replace("~1", "/").replace("~0", "~") for part in path.removeprefix("/").split("/")]


def invalid(operation: Operation) -> BadRequestException:
    return BadRequestException(
        f"Invalid patch path  '{operation.get('path')}' specified for op '{operation.get('op')}'."
    )


def attribute(name: str, read: Callable[[Any], Any] = str) -> Callable[..., None]:
    def put(api: Any, kind: str, rest: list[str], value: Any) -> None:
        setattr(api, name, None if kind == "remove" else read(value))

    return put


def _compression(value: Any) -> int | None:
    """Bytes from which on answers are compressed; null switches it off."""
    if value in NULL:
        return None
    size = int(value)
    if not 0 <= size <= 10_485_760:
        raise BadRequestException("Invalid minimum compression size, must be between 0 and 10485760")
    return size


def _key_source(value: Any) -> str:
    if value not in ("HEADER", "AUTHORIZER"):
        raise BadRequestException(
            f"1 validation error detected: Value '{value}' at 'createRestApiInput.apiKeySource' failed to satisfy "
            "constraint: Member must satisfy enum value set: [AUTHORIZER, HEADER]"
        )
    return str(value)


def _media_types(api: Any, kind: str, rest: list[str], value: Any) -> None:
    """The type is in the path, or (without one) the value; `replace` puts the value in the place of the path's."""
    media_type = rest[0] if rest and rest[0] else str(value).replace("~1", "/")
    kinds: list[str] = list(api.binaryMediaTypes)
    if kind == "add" and media_type not in kinds:
        kinds.append(media_type)
    elif kind == "remove" and media_type not in kinds:
        raise BadRequestException("Invalid binary media type specified")
    elif kind == "remove":
        kinds.remove(media_type)
    elif kind == "replace":
        kinds = [str(value) if each == media_type else each for each in kinds] if rest else [media_type]
    api.binaryMediaTypes = kinds


def _endpoint(api: Any, kind: str, rest: list[str], value: Any) -> None:
    if rest[:1] == ["types"]:
        kinds = list(api.endpoint_configuration.get("types") or [])
        place = rest[1] if len(rest) > 1 else ""
        at = int(place) if place.isdigit() else kinds.index(place) if place in kinds else 0
        api.endpoint_configuration["types"] = [*kinds[:at], str(value), *kinds[at + 1 :]]
    elif rest[:1] == ["ipAddressType"]:
        api.endpoint_configuration["ipAddressType"] = str(value)
    else:
        raise BadRequestException(f"Invalid patch path  '/endpointConfiguration/{'/'.join(rest)}' specified")


def truth(value: Any) -> bool:
    return str(value).strip().lower() == "true"


REST_API: Paths = {
    "name": (("replace",), attribute("name")),
    "description": (("replace", "remove", "add"), attribute("description")),
    "version": (("replace",), attribute("version")),
    "apiKeySource": (("replace",), attribute("api_key_source", _key_source)),
    "policy": (("replace", "remove", "add"), attribute("policy", lambda value: value or None)),
    "minimumCompressionSize": (("replace", "remove", "add"), attribute("minimum_compression_size", _compression)),
    "disableExecuteApiEndpoint": (("replace",), attribute("disableExecuteApiEndpoint", truth)),
    "binaryMediaTypes": (("add", "remove", "replace"), _media_types),
    "endpointConfiguration": (("replace",), _endpoint),
}
