"""Products for other sites: a page with Open Graph data for shared links, and a feed of all products."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from html import escape
from typing import Any
from urllib.parse import quote, urljoin
from xml.etree import ElementTree

from shoplib.core import money
from shoplib.services.content import blocks

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
<link rel="canonical" href="{own}">
{metas}
</head>
<body><main><h1>{title}</h1><p>{price}</p><p>{description}</p>
<p><a href="{url}">See it in the shop</a></p></main></body>
</html>
"""


@dataclass(frozen=True)
class Site:
    """Where the shop's site is. `product_pages` is what URLs of pages to share begin with; `sitemap` may be empty."""

    address: str
    product_pages: str
    sitemap: str = ""

    def page_of(self, product_id: str) -> str:
        """The URL of a product in the shop."""
        return f"{self.address}#/product/{quote(product_id, safe='')}"

    def shared(self, product_id: str) -> str:
        """The URL of a product's page to share. It has no fragment: machines do not read those."""
        return f"{self.product_pages}{quote(product_id, safe='')}"


def parse_site(body: Mapping[str, Any]) -> Site:
    """Where the storefront says that it is. InvalidRequest names what is no URL."""
    sitemap = blocks.href(body, "sitemap") if body.get("sitemap") else ""
    return Site(blocks.href(body, "address"), blocks.href(body, "product_pages"), sitemap)


def robots(site: Site) -> str:
    """robots.txt. A sitemap on another host counts for the pages of this one because it is named here."""
    sitemap = f"Sitemap: {site.sitemap}\n" if site.sitemap else ""
    return f"User-agent: *\nAllow: /\n{sitemap}"


def page(product: dict[str, Any], site: Site) -> str:
    """The page of a product for shared links. All catalog data is escaped."""
    url, own, amount = site.page_of(product["product_id"]), site.shared(product["product_id"]), _amount(product)
    description = product.get("description") or product["category"]
    properties = {
        "og:type": "product",
        "og:title": product["name"],
        "og:description": description,
        "og:url": own,
        "product:price:amount": amount,
        "product:price:currency": product["currency"],
    }
    if product.get("image_url"):
        properties["og:image"] = urljoin(site.address, product["image_url"])
    metas = [f'<meta property="{name}" content="{escape(value)}">' for name, value in properties.items()]
    texts = {"title": product["name"], "price": f"{amount} {product['currency']}", "description": description}
    texts |= {"url": url, "own": own}
    return _PAGE.format(metas="\n".join(metas), **{key: escape(text) for key, text in texts.items()})


def feed(products: list[dict[str, Any]], stock: dict[str, str], site: Site) -> str:
    """RSS 2.0 with the fields of merchant feeds. A product with unknown stock is out of stock."""
    ElementTree.register_namespace("g", GOOGLE)
    rss = ElementTree.Element("rss", version="2.0")
    channel = ElementTree.SubElement(rss, "channel")
    for name, text in (("title", "Shop"), ("link", site.address), ("description", "All products of the shop.")):
        ElementTree.SubElement(channel, name).text = text
    for product in products:
        _item(channel, product, stock.get(product["product_id"], "out_of_stock"), site)
    return ElementTree.tostring(rss, encoding="unicode", xml_declaration=False)


def _item(channel: ElementTree.Element, product: dict[str, Any], status: str, site: Site) -> None:
    picture = product.get("image_url")
    fields = {
        "title": product["name"],
        "link": site.page_of(product["product_id"]),
        "description": product.get("description") or product["name"],
        f"{{{GOOGLE}}}id": product["product_id"],
        f"{{{GOOGLE}}}price": f"{_amount(product)} {product['currency']}",
        f"{{{GOOGLE}}}availability": _AVAILABILITY[status],
        f"{{{GOOGLE}}}product_type": product["category"],
        f"{{{GOOGLE}}}brand": product.get("brand"),
        f"{{{GOOGLE}}}image_link": urljoin(site.address, picture) if picture else None,
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
