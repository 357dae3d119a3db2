"""All products of the catalog, page by page: the command between the catalog and whoever makes something of it."""

from collections.abc import Iterator
from typing import Any

from shoplib.core import commands
from shoplib.core.products import Product, from_item, to_item


def answer(products: list[Product], cursor: str | None) -> dict[str, Any]:
    """A page as the catalog sends it; `cursor` leads to the next one."""
    return {"products": [to_item(each) for each in products], "cursor": cursor}


def every_product(invoke: commands.Invoke, function_name: str) -> Iterator[Product]:
    """The catalog's products, as the function of that name sends them. Unavailable when it does not."""
    cursor = None
    while True:
        page = commands.send(invoke, function_name, {"cursor": cursor}, "catalog_unavailable")
        yield from (from_item(item) for item in page["products"])
        cursor = page["cursor"]
        if not cursor:
            return
