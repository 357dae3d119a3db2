"""The shelves of the simulated shop: products, stock and promotions, brought in by its own back-office functions."""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

from shoplib import provision
from shoplib.lab import Lab

STOCK_A_CALL = 1_000
# Codes that shoppers know. The last of them is for the first three who come.
PROMOTIONS = (
    {"code": "WELCOME10", "kind": "percentage", "percent": 10, "once_per_customer": True},
    {"code": "FIVER", "kind": "amount", "amount_minor": 500, "minimum_minor": 3_000, "currency": "GBP"},
    {"code": "FREESHIP", "kind": "free_shipping"},
    {"code": "FIRST3", "kind": "percentage", "percent": 25, "max_uses": 3},
)


def catalog() -> list[dict[str, Any]]:
    """The products: product_id, name, category, price_minor, currency, description and the pieces in `stock`."""
    return json.loads((data() / "catalog.json").read_text(encoding="utf-8"))


def data() -> Path:
    """An installed package carries the data inside; a checkout has it at its top."""
    packaged = Path(str(files("shoplib") / "_data"))
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "data"


def fill_the_shelves(lab: Lab) -> int:
    """Import products, set stock and promotions, as far as patterns are deployed; answers the number of products."""
    products = catalog()
    public = [{name: value for name, value in product.items() if name != "stock"} for product in products]
    if provision.exists("rest", lab.target):
        lab.invoke("rest", "ImportProductsFunction", {"products": public})
    if provision.exists("pricing", lab.target):
        lab.invoke("pricing", "SetPromotionsFunction", {"promotions": list(PROMOTIONS)})
    if provision.exists("fulfilment", lab.target):
        set_stock(lab, {product["product_id"]: product["stock"] for product in products})
    return len(products)


def set_stock(lab: Lab, pieces: dict[str, int]) -> None:
    """Set the available pieces of products."""
    entries = [{"product_id": product, "available": count} for product, count in pieces.items()]
    for first in range(0, len(entries), STOCK_A_CALL):
        lab.invoke("fulfilment", "SetStockFunction", {"stock": entries[first : first + STOCK_A_CALL]})
