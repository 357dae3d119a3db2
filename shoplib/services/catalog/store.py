"""The catalog table, by access pattern:

pk PRODUCT#<id>, sk PRODUCT     one product; index by_category (category, product_id) lists them
pk CATEGORIES,   sk <category>  all categories
pk WORD#<word>,  sk <id>        products that a word finds
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, fields
from functools import cache
from typing import Any

import boto3
from boto3.dynamodb.conditions import Key

from shoplib.core import config, events, money
from shoplib.core.errors import NotFound, Unavailable
from shoplib.services.catalog.config import Config, StreamConfig
from shoplib.services.catalog.domain import Page, Product, Search

_BATCH_GET = 100
_ATTEMPTS = 5


@cache
def dynamodb() -> Any:
    return boto3.resource("dynamodb")


@cache
def table() -> Any:
    return dynamodb().Table(config.load(Config).catalog_table_name)


@cache
def kinesis() -> Any:
    return boto3.client("kinesis")


def product(product_id: str) -> Product:
    """One product."""
    item = table().get_item(Key=_product_key(product_id)).get("Item")
    if not item:
        raise NotFound("no_such_product", f"The catalog has no product {product_id}.")
    return _product(item)


def categories() -> list[str]:
    """All categories, in order."""
    return [str(item["sk"]) for item in _query(KeyConditionExpression=Key("pk").eq("CATEGORIES"))]


def find(search: Search) -> Page:
    """A page of the products that match."""
    return _find_words(search) if search.words else _browse(search)


def products(product_ids: Iterable[str]) -> dict[str, Product]:
    """Products by id; unknown ids are left out."""
    ids = list(dict.fromkeys(product_ids))
    by_id = {}
    for start in range(0, len(ids), _BATCH_GET):
        for item in _batch_get([_product_key(product_id) for product_id in ids[start : start + _BATCH_GET]]):
            by_id[item["product_id"]] = _product(item)
    return by_id


def add(new: list[Product]) -> None:
    """Adds or replaces products, their categories and search words."""
    old = products(product.product_id for product in new)
    with table().batch_writer(overwrite_by_pkeys=["pk", "sk"]) as batch:
        for product in new:
            known = old.get(product.product_id)
            for word in known.words - product.words if known else ():
                batch.delete_item(Key=_word_item(word, product))
            for item in _items(product):
                batch.put_item(Item=item)


def is_reachable() -> bool:
    """Whether the table answers."""
    table().get_item(Key=_product_key("health"))
    return True


def emit(event: events.Event) -> None:
    """Offers an event to the stream; the shopper's request does not depend on it."""
    events.offer(lambda **call: kinesis().put_records(**call), config.load(StreamConfig).event_stream_name, [event])


def _browse(search: Search) -> Page:
    matches: list[Product] = []
    category, after = search.cursor or ("", "")
    # One more than the limit shows whether there is a next page.
    for name in [search.category] if search.category else categories():
        if name >= category:
            start = after if name == category else ""
            matches += _in_category(name, start, search.limit + 1 - len(matches))
        if len(matches) > search.limit:
            last = matches[search.limit - 1]
            return Page(matches[: search.limit], (last.category, last.product_id))
    return Page(matches)


def _in_category(category: str, after: str, limit: int) -> list[Product]:
    condition = Key("category").eq(category)
    if after:
        condition &= Key("product_id").gt(after)
    items = _query(IndexName="by_category", KeyConditionExpression=condition, Limit=limit)
    return [_product(item) for item, _ in zip(items, range(limit), strict=False)]


def _find_words(search: Search) -> Page:
    matches = set.intersection(*({str(item["sk"]) for item in _word(word)} for word in search.words))
    after = search.cursor[1] if search.cursor else ""
    page: list[Product] = []
    ordered = sorted(product_id for product_id in matches if product_id > after)
    for start in range(0, len(ordered), _BATCH_GET):
        by_id = products(ordered[start : start + _BATCH_GET])
        page += [by_id[i] for i in ordered[start : start + _BATCH_GET] if i in by_id and _fits(by_id[i], search)]
        if len(page) > search.limit:
            return Page(page[: search.limit], ("words", page[search.limit - 1].product_id))
    return Page(page)


def _fits(product: Product, search: Search) -> bool:
    return search.category in (None, product.category)


def _word(word: str) -> Iterator[dict[str, Any]]:
    return _query(KeyConditionExpression=Key("pk").eq(f"WORD#{word}"))


def _query(**query: Any) -> Iterator[dict[str, Any]]:
    while True:
        answer = table().query(**query)
        yield from answer["Items"]
        if "LastEvaluatedKey" not in answer:
            return
        query["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def _batch_get(keys: list[dict[str, str]]) -> Iterator[dict[str, Any]]:
    request = {table().name: {"Keys": keys}}
    for _ in range(_ATTEMPTS):
        answer = dynamodb().batch_get_item(RequestItems=request)
        yield from answer["Responses"].get(table().name, [])
        request = answer.get("UnprocessedKeys")
        if not request:
            return
    raise Unavailable("catalog_busy", "The catalog is busy; try again.")


def _items(product: Product) -> Iterator[dict[str, Any]]:
    present = {name: value for name, value in asdict(product).items() if value is not None}
    yield {**_product_key(product.product_id), **present}
    yield {"pk": "CATEGORIES", "sk": product.category}
    for word in sorted(product.words):
        yield _word_item(word, product)


def _word_item(word: str, product: Product) -> dict[str, str]:
    return {"pk": f"WORD#{word}", "sk": product.product_id}


def _product_key(product_id: str) -> dict[str, str]:
    return {"pk": f"PRODUCT#{product_id}", "sk": "PRODUCT"}


def _product(item: dict[str, Any]) -> Product:
    values: dict[str, Any] = {field.name: item.get(field.name) for field in fields(Product)}
    return Product(**(values | {"price_minor": money.parse(item["price_minor"])}))
