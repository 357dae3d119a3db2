"""The catalog table, by access pattern:

pk PRODUCT#<id>, sk PRODUCT     one product; index by_category (category, product_id) lists all but variants
pk CATEGORIES,   sk <category>  all categories
pk WORD#<word>,  sk <id>        products that a word finds
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

import boto3
from boto3.dynamodb.conditions import Attr, Key

from shoplib.core import config, events
from shoplib.core.errors import NotFound, Unavailable
from shoplib.core.products import Product, from_item, key, to_item
from shoplib.services.catalog.categories import lies_in
from shoplib.services.catalog.config import Config, StreamConfig
from shoplib.services.catalog.domain import Page, Search, words

_BATCH_GET = 100
_ATTEMPTS = 5
_KEY = ("pk", "sk")


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
    item = table().get_item(Key=key(product_id)).get("Item")
    if not item:
        raise NotFound("no_such_product", f"The catalog has no product {product_id}.")
    return from_item(item)


def variants(of: Product) -> list[Product]:
    """All variants of a product, or of the product that it is itself a variant of."""
    parent = products([of.parent_id]).get(of.parent_id) if of.parent_id else of
    by_id = products(parent.variant_ids) if parent else {}
    return [by_id[each] for each in (parent.variant_ids if parent else ()) if each in by_id]


def categories(branch: str | None = None) -> list[str]:
    """All categories, or those of a branch, in order."""
    of_branch = Key("pk").eq("CATEGORIES")
    if branch:
        of_branch &= Key("sk").begins_with(branch)
    paths = [str(item["sk"]) for item in _query(KeyConditionExpression=of_branch)]
    return [path for path in paths if not branch or lies_in(path, branch)]


def find(search: Search) -> Page:
    """A page of the products that match."""
    return _find_words(search) if search.words else _browse(search)


def products(product_ids: Iterable[str]) -> dict[str, Product]:
    """Products by id; unknown ids are left out."""
    ids = list(dict.fromkeys(product_ids))
    by_id = {}
    for start in range(0, len(ids), _BATCH_GET):
        for item in _batch_get([key(product_id) for product_id in ids[start : start + _BATCH_GET]]):
            by_id[item["product_id"]] = from_item(item)
    return by_id


def put(new: Iterable[Product], leaving: Iterable[Product], old: Mapping[str, Product]) -> None:
    """Adds or replaces products, their categories and words; `leaving` ones are removed. `old`: as they were."""
    with table().batch_writer(overwrite_by_pkeys=["pk", "sk"]) as batch:
        for product in leaving:
            batch.delete_item(Key=key(product.product_id))
            for word in words(product):
                batch.delete_item(Key=_word_item(word, product))
        for product in new:
            known = old.get(product.product_id)
            for word in words(known) - words(product) if known else ():
                batch.delete_item(Key=_word_item(word, product))
            for item in _items(product):
                batch.put_item(Item=item)


def scan(start: tuple[str, ...], limit: int) -> tuple[list[Product], tuple[str, ...]]:
    """The products among the next `limit` items of the table, variants too, and where to go on; empty at its end."""
    more = {"ExclusiveStartKey": dict(zip(_KEY, start, strict=True))} if start else {}
    answer = table().scan(FilterExpression=Attr("sk").eq("PRODUCT"), ConsistentRead=True, Limit=limit, **more)
    last = answer.get("LastEvaluatedKey", {})
    return [from_item(item) for item in answer["Items"]], tuple(last[name] for name in _KEY if last)


def is_reachable() -> bool:
    """Whether the table answers."""
    table().get_item(Key=key("health"))
    return True


def emit(event: events.Event) -> None:
    """Offers an event to the stream; the shopper's request does not depend on it."""
    events.offer(lambda **call: kinesis().put_records(**call), config.load(StreamConfig).event_stream_name, [event])


def _browse(search: Search) -> Page:
    matches: list[Product] = []
    category, after = search.cursor or ("", "")
    # One more than the limit shows whether there is a next page.
    for name in categories(search.category):
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
    return [from_item(item) for item, _ in zip(items, range(limit), strict=False)]


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
    return not search.category or lies_in(product.category, search.category)


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
    yield to_item(product)
    yield {"pk": "CATEGORIES", "sk": product.category}
    for word in sorted(words(product)):
        yield _word_item(word, product)


def _word_item(word: str, product: Product) -> dict[str, str]:
    return {"pk": f"WORD#{word}", "sk": product.product_id}
