"""All products of the catalog, page by page: the command between the catalog and whoever makes something of it."""

from collections.abc import Iterator
from typing import Any

from shoplib.core import commands
from shoplib.core.errors import Unavailable
from shoplib.core.products import Product, from_item, to_item

_ATTEMPTS = 3


def answer(products: list[Product], cursor: str | None) -> dict[str, Any]:
    """A page as the catalog sends it; `cursor` leads to the next one."""
    return {"products": [to_item(each) for each in products], "cursor": cursor}


def every_product(invoke: commands.Invoke, function_name: str) -> Iterator[Product]:
    """The catalog's products, as the function of that name sends them. Unavailable when it does not."""
    cursor = None
    while True:
        page = _page(invoke, function_name, cursor)
        yield from (from_item(item) for item in page["products"])
        cursor = page["cursor"]
        if not cursor:
            return


def _page(invoke: commands.Invoke, function_name: str, cursor: str | None) -> dict[str, Any]:
    """A page; asked for again when the catalog was busy, for what was read so far would be lost with it."""
    for _ in range(_ATTEMPTS - 1):
        try:
            return commands.send(invoke, function_name, {"cursor": cursor}, "catalog_unavailable")
        except Unavailable:
            continue
    return commands.send(invoke, function_name, {"cursor": cursor}, "catalog_unavailable")
