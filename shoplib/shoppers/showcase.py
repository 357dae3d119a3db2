"""A small catalogue to look around in: a tree of categories, specifications, sizes and colours. Simulated shoppers buy
from the other one, whose figures are proven."""

import json
from collections.abc import Iterator
from typing import Any

from shoplib import provision
from shoplib.lab import Lab
from shoplib.shoppers import seed

Entry = dict[str, Any]


def catalog() -> list[Entry]:
    """Products as an import takes them, each that is sold with the pieces in `stock`: itself, or its variants."""
    return json.loads((seed.data() / "showcase.json").read_text(encoding="utf-8"))


def fill(lab: Lab) -> int:
    """Import the products and set their stock, as far as patterns are deployed; answers the number of products."""
    products = catalog()
    if provision.exists("rest", lab.target):
        lab.invoke("rest", "ImportProductsFunction", {"products": [_without_stock(each) for each in products]})
    if provision.exists("fulfilment", lab.target):
        seed.set_stock(lab, {each["product_id"]: each["stock"] for each in sold(products)})
    return len(products)


def sold(products: list[Entry]) -> Iterator[Entry]:
    """What of products can be bought: those without variants, and the variants of the others."""
    for each in products:
        yield from each.get("variants", [each])


def _without_stock(entry: Entry) -> Entry:
    public = {name: value for name, value in entry.items() if name != "stock"}
    if "variants" in entry:
        public["variants"] = [_without_stock(each) for each in entry["variants"]]
    return public
