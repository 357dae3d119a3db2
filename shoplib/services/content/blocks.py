"""An editor's content: a list of blocks of plain text. It has no markup, so nothing in it can run; links lead to pages
of the shop, or use https.
"""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from shoplib.core import checks
from shoplib.core.errors import InvalidRequest

MAX_BLOCKS = 100
MAX_ITEMS = 50
MAX_TEXT = 5_000
MAX_ADDRESS = 500

Block = dict[str, Any]


def parse(body: Mapping[str, Any]) -> list[Block]:
    """The blocks of a body. InvalidRequest names the invalid one."""
    entries = checks.objects(body, "blocks", maximum=MAX_BLOCKS)
    return [_block(entry, f"blocks[{index}]") for index, entry in enumerate(entries)]


def href(source: Mapping[str, Any], name: str) -> str:
    """The URL of a link: https, http, mailto or tel, a `#...` fragment, or a path of the shop's site."""
    address = checks.identifier(source, name, maximum=MAX_ADDRESS)
    if not _is_of(address, ("https", "http", "mailto", "tel")):
        raise InvalidRequest(f"{name} must begin with https://, http://, mailto:, tel:, # or one /.")
    return address


def image(source: Mapping[str, Any], name: str) -> str:
    """The URL of an image: https, or a path of the shop's site."""
    address = checks.identifier(source, name, maximum=MAX_ADDRESS)
    if not _is_of(address, ("https",)):
        raise InvalidRequest(f"{name} must begin with https:// or one /.")
    return address


def text_of(blocks: list[Block]) -> str:
    """All text of the blocks, for search."""
    parts = [[*block.get("items", []), block.get("text", ""), block.get("alt", "")] for block in blocks]
    return " ".join(part for each in parts for part in each if part)


def _is_of(address: str, schemes: tuple[str, ...]) -> bool:
    """Browsers read `\\\\` as `/` and remove white space, so a valid URL has neither."""
    if "\\" in address or any(letter.isspace() for letter in address):
        return False
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return False
    if parts.scheme in ("https", "http"):
        return parts.scheme in schemes and bool(host) and "@" not in parts.netloc
    if parts.scheme:
        return parts.scheme in schemes and not parts.netloc
    # `///host` is a path to Python, and a host to a browser.
    return address[0] == "#" or (address[0] == "/" and not address.startswith("//"))


def _block(entry: Any, place: str) -> Block:
    if not isinstance(entry, Mapping):
        raise InvalidRequest(f"{place} must be an object.")
    try:
        kind = checks.choice(entry, "type", tuple(_KINDS))
        block = {"type": kind, **_KINDS[kind](entry)}
    except InvalidRequest as error:
        raise InvalidRequest(f"{place}: {error.message}") from None
    if more := set(entry) - set(block):
        raise InvalidRequest(f"{place}: a {kind} has no {', '.join(sorted(map(str, more)))}.")
    return block


def _heading(entry: Mapping[str, Any]) -> Block:
    level = checks.integer({"level": entry.get("level", 2)}, "level", low=2, high=4)
    return {"level": level, "text": checks.text(entry, "text")}


def _paragraph(entry: Mapping[str, Any]) -> Block:
    return {"text": checks.text(entry, "text", maximum=MAX_TEXT, lines=True)}


def _list(entry: Mapping[str, Any]) -> Block:
    items = checks.objects(entry, "items", maximum=MAX_ITEMS)
    texts = [checks.text({"item": item}, "item", maximum=1_000) for item in items]
    return {"items": texts, "is_numbered": checks.flag(entry, "is_numbered")}


def _link(entry: Mapping[str, Any]) -> Block:
    return {"text": checks.text(entry, "text"), "href": href(entry, "href")}


def _image(entry: Mapping[str, Any]) -> Block:
    return {"src": image(entry, "src"), "alt": checks.text(entry, "alt", maximum=500)}


_KINDS: dict[str, Callable[[Mapping[str, Any]], Block]] = {
    "heading": _heading,
    "paragraph": _paragraph,
    "list": _list,
    "link": _link,
    "image": _image,
}
