"""The table of related products, one row per product; the lake's purchases; and the catalog's names and prices."""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

import boto3

from shoplib.core import commands, config, transactions
from shoplib.core.errors import Unavailable
from shoplib.services.recommendations.config import Config, LakeConfig, PricesConfig
from shoplib.services.recommendations.domain import Basket


@cache
def dynamodb() -> Any:
    return boto3.resource("dynamodb")


@cache
def table() -> Any:
    return dynamodb().Table(config.load(Config).related_products_table_name)


@cache
def functions() -> Any:
    return boto3.client("lambda")


@cache
def s3() -> Any:
    return boto3.client("s3")


def row(product_id: str) -> dict[str, Any]:
    """A product's row; an empty one when nothing is known of it."""
    return dict(table().get_item(Key={"product_id": product_id}).get("Item", {}))


def rows(product_ids: list[str]) -> dict[str, dict[str, Any]]:
    """Rows by product, of at most 100; those that there are."""
    keys = [{"product_id": product_id} for product_id in product_ids]
    query = {table().name: {"Keys": keys}}
    items: list[dict[str, Any]] = []
    for attempt in range(transactions.ATTEMPTS):
        transactions.pause(attempt)
        answer = dynamodb().batch_get_item(RequestItems=query)
        items += answer["Responses"].get(table().name, [])
        query = answer.get("UnprocessedKeys")
        if not query:
            return {item["product_id"]: item for item in items}
    raise Unavailable("recommendations_busy", "Recommendations are busy; try again.")


def replace(rows: Iterable[dict[str, Any]]) -> int:
    """Makes the table these rows and no others; answers how many products left it."""
    before, after = set(_product_ids()), set()
    with table().batch_writer() as batch:
        for each in rows:
            after.add(each["product_id"])
            batch.put_item(Item=each)
        for product_id in before - after:
            batch.delete_item(Key={"product_id": product_id})
    return len(before - after)


def _product_ids() -> Iterator[str]:
    pages = (
        table().meta.client.get_paginator("scan").paginate(TableName=table().name, ProjectionExpression="product_id")
    )
    return (item["product_id"] for page in pages for item in page["Items"])


def products(product_ids: list[str]) -> dict[str, dict[str, Any]]:
    """Present names and prices by id, from the catalog; ids that it does not know are left out."""
    name, command = config.load(PricesConfig).prices_function_name, {"product_ids": product_ids}
    answer = commands.send(functions().invoke, name, command, "catalog_unavailable")
    return {product["product_id"]: product for product in answer["products"]}


def baskets(days: int) -> list[Basket]:
    """The different products of each order of people, of the newest `days` of the lake that have events."""
    # Here, not above: the function that answers shoppers has no pyarrow and shall not wait for it.
    from shoplib.core.lake.objects import Bucket
    from shoplib.services.recommendations import lake_orders

    lake = Bucket(s3(), config.load(LakeConfig).lake_bucket_name)
    return [frozenset(products) for products in lake_orders.products_by_order(lake, days).values()]
