"""Products for other sites: a page with Open Graph data for shared links, and a feed of all products."""

from decimal import Decimal
from html import escape
from typing import Any
from urllib.parse import quote, urljoin
from xml.etree import ElementTree

from shoplib.core import money

GOOGLE = "http://base.google.com/ns/1.0"
MAX_PRODUCTS = 5_000
# Nothing in the page runs, loads or is framed.
PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; img-src https:; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_EXPONENTS = {"JPY": 0, "KRW": 0, "BHD": 3, "KWD": 3}
# As merchants' feeds call what the shop calls a status of stock.
_AVAILABILITY = {
    "in_stock": "in_stock",
    "preorder": "preorder",
    "backorder": "backorder",
    "out_of_stock": "out_of_stock",
}
_PAGE = """<!doctype html>
<html lang="en" prefix="og: https://ogp.me/ns# product: https://ogp.me/ns/product#">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="canonical" href="{url}">
{metas}
</head>
<body><main><h1>{title}</h1><p>{price}</p><p>{description}</p>
<p><a href="{url}">See it in the shop</a></p></main></body>
</html>
"""


def address(site: str, product_id: str) -> str:
    """The URL of a product's page."""
    return f"{site}#/product/{quote(product_id, safe='')}"


def page(product: dict[str, Any], site: str) -> str:
    """The page of a product for shared links. All catalog data is escaped."""
    url, amount = address(site, product["product_id"]), _amount(product)
    description = product.get("description") or product["category"]
    properties = {
        "og:type": "product",
        "og:title": product["name"],
        "og:description": description,
        "og:url": url,
        "product:price:amount": amount,
        "product:price:currency": product["currency"],
    }
    if product.get("image_url"):
        properties["og:image"] = urljoin(site, product["image_url"])
    metas = [f'<meta property="{name}" content="{escape(value)}">' for name, value in properties.items()]
    texts = {"title": product["name"], "price": f"{amount} {product['currency']}", "description": description}
    return _PAGE.format(metas="\n".join(metas), url=escape(url), **{key: escape(text) for key, text in texts.items()})


def feed(products: list[dict[str, Any]], stock: dict[str, str], site: str) -> str:
    """RSS 2.0 with the fields of merchant feeds. A product with unknown stock is out of stock."""
    ElementTree.register_namespace("g", GOOGLE)
    rss = ElementTree.Element("rss", version="2.0")
    channel = ElementTree.SubElement(rss, "channel")
    for name, text in (("title", "Shop"), ("link", site), ("description", "All products of the shop.")):
        ElementTree.SubElement(channel, name).text = text
    for product in products:
        _item(channel, product, stock.get(product["product_id"], "out_of_stock"), site)
    return ElementTree.tostring(rss, encoding="unicode", xml_declaration=False)


def _item(channel: ElementTree.Element, product: dict[str, Any], status: str, site: str) -> None:
    picture = product.get("image_url")
    fields = {
        "title": product["name"],
        "link": address(site, product["product_id"]),
        "description": product.get("description") or product["name"],
        f"{{{GOOGLE}}}id": product["product_id"],
        f"{{{GOOGLE}}}price": f"{_amount(product)} {product['currency']}",
        f"{{{GOOGLE}}}availability": _AVAILABILITY[status],
        f"{{{GOOGLE}}}product_type": product["category"],
        f"{{{GOOGLE}}}brand": product.get("brand"),
        f"{{{GOOGLE}}}image_link": urljoin(site, picture) if picture else None,
        f"{{{GOOGLE}}}condition": "new",
    }
    item = ElementTree.SubElement(channel, "item")
    for name, text in fields.items():
        if text:
            ElementTree.SubElement(item, name).text = _of_xml(str(text))


def _amount(product: dict[str, Any]) -> str:
    """A price in whole units of its currency, `12.50`; fractions of the smallest unit are rounded half to even."""
    places = _EXPONENTS.get(product["currency"], 2)
    exact = Decimal(money.parse(product["price_minor"])).scaleb(-places)
    return f"{exact:.{places}f}"


def _of_xml(text: str) -> str:
    """Text without the characters that XML does not allow."""
    return "".join(letter for letter in text if letter in "\t\n" or (letter >= " " and letter not in "\ufffe\uffff"))
