"""Lists of Lambda's, a page at a time.

moto 5.2.5 answers everything at once, whatever MaxItems and Marker say: a client that reads one page only would find
all its functions here and 50 of them on AWS.
"""

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from moto.awslambda.exceptions import InvalidParameterValueException

LARGEST_PAGE = 50  # whatever MaxItems asks for
Place = list[Any]  # of texts and numbers: where an item stands, which holds while others come and go
Item = dict[str, Any]


def page(
    member: str, items: Sequence[Item], query: Mapping[str, list[str]], place: Callable[[Item], Place]
) -> dict[str, Any]:
    """The API's answer: the items after the query's Marker, at most its MaxItems, and where the next page starts."""
    after, size = _start(query), _size(query)
    ordered = sorted(items, key=place)
    rest = [item for item in ordered if after is None or place(item) > after]
    more = {"NextMarker": _marker(place(rest[size - 1]))} if len(rest) > size else {}
    return {member: rest[:size]} | more


def _size(query: Mapping[str, list[str]]) -> int:
    size = int(query.get("MaxItems", [str(LARGEST_PAGE)])[0])
    if size < 1:
        raise InvalidParameterValueException("MaxItems must be at least 1")
    return min(size, LARGEST_PAGE)


def _start(query: Mapping[str, list[str]]) -> Place | None:
    marker = query.get("Marker", [""])[0]
    if not marker:
        return None
    try:
        place = json.loads(base64.urlsafe_b64decode(marker))
    except (binascii.Error, ValueError) as error:
        raise InvalidParameterValueException("Invalid Marker") from error
    if not isinstance(place, list):
        raise InvalidParameterValueException("Invalid Marker")
    return place


def _marker(place: Place) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode()
