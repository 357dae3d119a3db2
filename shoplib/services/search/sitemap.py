"""sitemap.xml, as sitemaps.org defines it: URLs of pages, or of further sitemaps if there are many."""

from collections.abc import Iterable, Sequence
from urllib.parse import quote
from xml.sax.saxutils import escape

from shoplib.core.errors import InvalidRequest, NotFound, Unavailable

# The standard allows 50,000 addresses; an answer of Lambda may have 6 MB, and an address may be long.
MAX_ADDRESSES = 10_000
_SCHEMA = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


def addresses(product_pages: str, product_ids: Iterable[str]) -> list[str]:
    """URLs that a crawler can read, one per product, which ends with the product ID. Unavailable without `content`."""
    if not product_pages:
        message = "The template `content` has products' pages: deploy it, and this one with its ProductPagesAddress."
        raise Unavailable("not_wired", message)
    return [f"{product_pages}{quote(id, safe='')}" for id in product_ids]


def sitemap(pages: Sequence[str], here: str, part: str | None) -> str:
    """The sitemap, or its `part` (from 1); for very many pages, the sitemap index of the parts at `here`."""
    parts = -(-len(pages) // MAX_ADDRESSES)
    if part is None and parts > 1:
        return _document("sitemapindex", "sitemap", (f"{here}?part={number}" for number in range(1, parts + 1)))
    number = _number(part or "1", parts)
    return _document("urlset", "url", pages[(number - 1) * MAX_ADDRESSES : number * MAX_ADDRESSES])


def _number(text: str, parts: int) -> int:
    if not text.isascii() or not text.isdigit():
        raise InvalidRequest("part must be a whole number.")
    if not 1 <= int(text[:9]) <= parts:
        raise NotFound("no_such_part", f"The sitemap has {parts} parts.")
    return int(text)


def _document(root: str, entry: str, locations: Iterable[str]) -> str:
    entries = "".join(f"<{entry}><loc>{escape(each)}</loc></{entry}>\n" for each in locations)
    return f"{_HEAD}<{root} {_SCHEMA}>\n{entries}</{root}>\n"
