"""How large an item may be: 400 KB as AWS counts them.

moto counts in its own way up to 405,000, and an attribute that replaces one counts beside the one that it replaces: 203
KB cannot be written anew. What lies within a map is not counted.
"""

from collections.abc import Mapping
from typing import Any

from moto.dynamodb.exceptions import ItemSizeTooLarge, ItemSizeToUpdateTooLarge
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import Item, LimitedSizeDict

from shoplib.localaws.item_size import item_size
from shoplib.localaws.moto_patches import Method, replace, wrap

LARGEST = 400 * 1024


def install() -> None:
    replace(LimitedSizeDict, "__setitem__", dict.__setitem__)
    wrap(DynamoDBBackend, "update_item", _measured)


def check_size(item: Mapping[str, Any]) -> None:
    """Of an item that shall be written as a whole."""
    if item_size(item) > LARGEST:
        raise ItemSizeTooLarge


def _measured(original: Method) -> Method:
    """How large an update makes its item is known when it is made; whoever is around takes it back."""

    def update_item(backend: Any, *arguments: Any, **kwargs: Any) -> Item:
        item: Item = original(backend, *arguments, **kwargs)
        if item_size(item.to_json()["Attributes"]) > LARGEST:
            raise ItemSizeToUpdateTooLarge
        return item

    return update_item
