"""Pages of ListFunctions and ListVersionsByFunction.

moto 5.2.5 answers everything at once, whatever MaxItems and Marker say: a client that reads one page only would find
all its functions here and 50 of them on AWS.
"""

import base64
import binascii
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from moto.awslambda.exceptions import InvalidParameterValueException
from moto.awslambda.responses import LambdaResponse

from shoplib.localaws.moto_patches import replace_methods

LARGEST_PAGE = 50  # whatever MaxItems asks for
Place = list[Any]
_original_functions = LambdaResponse.list_functions
_original_versions = LambdaResponse.list_versions_by_function


def install() -> None:
    """Make the two calls answer page by page. Idempotent."""
    replace_methods(
        LambdaResponse,
        list_functions=_paged(_original_functions, "Functions"),
        list_versions_by_function=_paged(_original_versions, "Versions"),
    )


def _paged(original: Callable[[LambdaResponse], str], member: str) -> Callable[[LambdaResponse], str]:
    def method(request: LambdaResponse) -> str:
        if "/functions/" in request.path and request.path.rstrip("/").endswith("/versions"):
            request.backend.get_function(unquote(request.path.split("/functions/")[1].split("/")[0]))  # 404 without it
        after, size = _start(request.querystring), _size(request.querystring)
        items = sorted(json.loads(original(request))[member], key=_place)
        rest = [item for item in items if after is None or _place(item) > after]
        page = rest[:size]
        more = {"NextMarker": _marker(_place(page[-1]))} if len(rest) > size else {}
        return json.dumps({member: page} | more)

    return method


def _place(item: dict[str, Any]) -> Place:
    """Where an item stands: by name, $LATEST before the versions. It holds while others come and go."""
    version = item["Version"]
    return [item["FunctionName"], 0 if version == "$LATEST" else int(version)]


def _size(query: dict[str, list[str]]) -> int:
    size = int(query.get("MaxItems", [str(LARGEST_PAGE)])[0])
    if size < 1:
        raise InvalidParameterValueException("MaxItems must be at least 1")
    return min(size, LARGEST_PAGE)


def _start(query: dict[str, list[str]]) -> Place | None:
    marker = query.get("Marker", [""])[0]
    if not marker:
        return None
    try:
        name, version = json.loads(base64.urlsafe_b64decode(marker))
        return [str(name), int(version)]
    except (binascii.Error, ValueError, TypeError) as error:
        raise InvalidParameterValueException("Invalid Marker") from error


def _marker(place: Place) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode()
