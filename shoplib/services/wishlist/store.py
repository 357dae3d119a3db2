"""The table of wishlists: `LIST#<user>` is a whole list, `LINK#<fingerprint>` names the owner of a link's list. And
calls to the catalog and inventory.
"""

from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
from functools import cache
from typing import Any

import boto3

from shoplib.core import commands, config, events, members, money, outbox, transactions
from shoplib.core.errors import Conflict, NotFound, Unavailable
from shoplib.services.wishlist import domain
from shoplib.services.wishlist.config import CatalogConfig, Config, MembersConfig, StockConfig, StreamConfig
from shoplib.services.wishlist.domain import Entry, Link, Product, Wishlist

_ATTEMPTS = 10
_PRODUCT = tuple(Product.__dataclass_fields__)
Item = dict[str, Any]


@cache
def table() -> Any:
    return boto3.resource("dynamodb").Table(config.load(Config).wishlist_table_name)


@cache
def functions() -> Any:
    return boto3.client("lambda")


@cache
def kinesis() -> Any:
    return boto3.client("kinesis")


def directory() -> members.Directory:
    """The accounts service, which resolves sessions."""
    return members.Directory(functions().invoke, config.load(MembersConfig).members_function_name)


def wishlist(user_id: str) -> Wishlist:
    """A member's current list; an empty one if none is stored."""
    item = _get(f"LIST#{user_id}")
    return _wishlist(item) if item else Wishlist(user_id)


def shared(token_hash: str) -> Wishlist:
    """The list of a link. NotFound if the link does not exist or was revoked."""
    link = _get(f"LINK#{token_hash}")
    owner = wishlist(link["user_id"]) if link else None
    if not owner or not domain.opens(token_hash, owner):
        raise domain.no_such_list()
    return owner


def change(user_id: str, edit: Callable[[Wishlist], Wishlist], published: list[events.Event]) -> Wishlist:
    """Applies `edit` and returns the list; change and events are one write. Concurrent changes are kept."""
    for _ in range(_ATTEMPTS):
        before = wishlist(user_id)
        after = edit(before)
        if after is before:
            return before
        after = replace(after, version=before.version + 1)
        if _replace(before, after, published):
            return after
    raise _busy()


def remove(user_id: str) -> bool:
    """Deletes a list and its link; returns whether there was one."""
    for _ in range(_ATTEMPTS):
        before = wishlist(user_id)
        if not before.version:
            return False
        delete = {"Delete": {"TableName": table().name, "Key": {"id": f"LIST#{user_id}"}, **_unchanged(before)}}
        if not _transact([delete, *_link_writes(before.link, None, user_id)]):
            return True
    raise _busy()


def product(product_id: str) -> Product:
    """The current name and price of a product."""
    known = products([product_id])
    if product_id not in known:
        raise NotFound("no_such_product", f"The catalog has no product {product_id}.")
    return known[product_id]


def products(product_ids: Iterable[str]) -> dict[str, Product]:
    """Current names and prices by ID, from the catalog; discontinued products are omitted."""
    names, name = list(product_ids), config.load(CatalogConfig).prices_function_name
    if not name:
        message = "Wishlists need the pattern rest: deploy with PricesFunctionName."
        raise Unavailable("no_catalog", message)
    command = {"product_ids": names}
    rows = commands.send(functions().invoke, name, command, "catalog_unavailable")["products"] if names else []
    return {row["product_id"]: _product(row) for row in rows}


def stock(product_ids: Iterable[str]) -> dict[str, Item]:
    """The stock status by product, from inventory; empty if none is deployed."""
    names, name = list(product_ids), config.load(StockConfig).stock_levels_function_name
    if not name or not names:
        return {}
    answer = commands.send(functions().invoke, name, {"product_ids": names}, "inventory_unavailable")
    return {row["product_id"]: {key: row[key] for key in row if key != "product_id"} for row in answer["stock"]}


def publish(published: list[events.Event]) -> None:
    """Puts events on the stream; raises if that fails."""
    events.publish(lambda **call: kinesis().put_records(**call), config.load(StreamConfig).event_stream_name, published)


def is_reachable() -> bool:
    """Whether the table is reachable."""
    _get("health")
    return True


def _get(id_: str) -> Item | None:
    item: Item | None = table().get_item(Key={"id": id_}, ConsistentRead=True).get("Item")
    return item


def _replace(before: Wishlist, after: Wishlist, published: list[events.Event]) -> bool:
    """Replaces the list and its link if the list is still `before`; returns whether it did."""
    item = _item(after) | outbox.attribute(published)
    put = {"Put": {"TableName": table().name, "Item": item, **_unchanged(before)}}
    return not _transact([put, *_link_writes(before.link, after.link, after.user_id)])


def _link_writes(before: Link | None, after: Link | None, user_id: str) -> list[transactions.Write]:
    if before == after:
        return []
    writes: list[transactions.Write] = []
    if before:
        writes.append({"Delete": {"TableName": table().name, "Key": {"id": f"LINK#{before.token_hash}"}}})
    if after:
        item = {"id": f"LINK#{after.token_hash}", "user_id": user_id}
        writes.append({"Put": {"TableName": table().name, "Item": item}})
    return writes


def _unchanged(before: Wishlist) -> Item:
    if not before.version:
        return {"ConditionExpression": "attribute_not_exists(id)"}
    return {"ConditionExpression": "version = :seen", "ExpressionAttributeValues": {":seen": before.version}}


def _transact(writes: list[transactions.Write]) -> list[bool]:
    return transactions.transact(table().meta.client, writes)


def _busy() -> Conflict:
    return Conflict("wishlist_busy", "The wishlist is being changed elsewhere; try again.")


def _item(wishlist: Wishlist) -> Item:
    link = {"link": asdict(wishlist.link)} if wishlist.link else {}
    entries = [asdict(entry) for entry in wishlist.entries]
    identity = {"id": f"LIST#{wishlist.user_id}", "user_id": wishlist.user_id, "version": wishlist.version}
    return {**identity, "entries": entries, **link}


def _wishlist(item: Item) -> Wishlist:
    entries = tuple(Entry(**entry) for entry in item["entries"])
    link = Link(**item["link"]) if "link" in item else None
    return Wishlist(item["user_id"], entries, link, int(item["version"]))


def _product(row: Item) -> Product:
    fields = {name: row[name] for name in _PRODUCT}
    return Product(**{**fields, "price_minor": money.parse(row["price_minor"])})
