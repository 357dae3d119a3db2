"""The promotions table, the catalog's prices, the carts' API.

pk CODE#<code>,   sk PROMOTION            a promotion, and how many orders use it
pk CODE#<code>,   sk CUSTOMER#<customer>  the order that a customer used it for, where one is all
pk ORDER#<order>, sk USE                  the code that an order uses, and for whom

A use, its customers and the count change in one transaction: the count is always that of the uses.
"""

from collections.abc import Iterable
from decimal import Decimal
from functools import cache
from typing import Any

import boto3
import urllib3

from shoplib.core import carts, commands, config, transactions
from shoplib.core.errors import NotFound, Unavailable
from shoplib.core.transactions import Write
from shoplib.services.pricing import promotions
from shoplib.services.pricing.config import Config, ShopConfig
from shoplib.services.pricing.promotions import Promotion

_HTTP_TIMEOUT = 5.0
_ATTEMPT = "attempt"
_IS_THERE = "attribute_exists(pk)"
_COUNTS_ONE_MORE = f"{_IS_THERE} AND (attribute_not_exists(max_uses) OR used < max_uses)"


@cache
def table() -> Any:
    return boto3.resource("dynamodb").Table(config.load(Config).promotions_table_name)


@cache
def functions() -> Any:
    return boto3.client("lambda")


@cache
def http() -> urllib3.PoolManager:
    return urllib3.PoolManager(timeout=_HTTP_TIMEOUT, retries=False)


def cart(cart_id: str, caller: carts.Caller) -> dict[str, Any] | None:
    """The caller's cart, if it is one."""
    return carts.Api(http().request, config.load(ShopConfig).shop_api_url).read(cart_id, caller)


def products(product_ids: Iterable[str]) -> list[dict[str, Any]]:
    """Names and present prices of products, from the catalog. NotFound names one that it does not have."""
    ids = list(product_ids)
    known = known_products(ids)
    for product_id in ids:
        if product_id not in known:
            raise NotFound("no_such_product", f"The catalog has no product {product_id}.")
        if variants := known[product_id].get("variants"):
            raise carts.choose_a_variant(product_id, variants)
    return [known[product_id] for product_id in ids]


def known_products(product_ids: list[str]) -> dict[str, dict[str, Any]]:
    """Those of the products that the catalog has, by their ids, in that order."""
    name = config.load(ShopConfig).prices_function_name
    if not name:
        message = "The template `rest` has the prices: deploy it, and this one with its PricesFunctionName."
        raise Unavailable("no_prices", message)
    answer = commands.send(functions().invoke, name, {"product_ids": product_ids}, "prices_unavailable")
    by_id = {product["product_id"]: product for product in answer["products"]}
    return {product_id: by_id[product_id] for product_id in product_ids if product_id in by_id}


def promotion(code: str) -> Promotion | None:
    """A promotion as it is now."""
    item = _item(_promotion_key(code))
    return _promotion(item) if item else None


def has_used(promotion: Promotion, customers: Iterable[str]) -> bool:
    """Whether one of these has used a code that is for one order of each customer."""
    return promotion.once_per_customer and any(_item(_customer_key(promotion.code, each)) for each in customers)


def set_promotions(new: Iterable[Promotion]) -> None:
    """Sets what promotions take off, and when; how often each was used stays."""
    for each in new:
        item = promotions.to_item(each)
        names = [name for name in Promotion.__dataclass_fields__ if name != "used"]
        setting = ", ".join(f"#{name} = :{name}" for name in names if name in item)
        removing = ", ".join(f"#{name}" for name in names if name not in item)
        table().update_item(
            Key=_promotion_key(each.code),
            UpdateExpression=f"SET used = if_not_exists(used, :zero), {setting}"
            + f" REMOVE {removing}" * bool(removing),
            ExpressionAttributeNames={f"#{name}": name for name in names},
            ExpressionAttributeValues={":zero": 0, **{f":{name}": _number(value) for name, value in item.items()}},
        )


def redeem(order_id: str, code: str, customers: tuple[str, ...], attempt: str | None = None) -> None:
    """Counts a use for an order, once, and notes which attempt wanted it last. Conflict when none is left, or none for
    one of these customers."""
    if _is_noted(order_id, attempt):
        return
    once = _known(code).once_per_customer
    marks = [_mark(code, customer, order_id) for customer in customers] if once else []
    use = {**_use_key(order_id), "code": code, "customers": list(customers) if once else [], _ATTEMPT: attempt}
    failed = _transact([_put_new(use), _count(code, 1, _COUNTS_ONE_MORE), *marks])
    if failed and failed[0]:
        redeem(order_id, code, customers, attempt)  # meanwhile another attempt of this order did
    elif failed:
        raise promotions.used_already(code) if any(failed[2:]) else promotions.used_up(code)


def _is_noted(order_id: str, attempt: str | None) -> bool:
    """Whether the order has its use; then it is this attempt's."""
    noting = {"UpdateExpression": f"SET {_ATTEMPT} = :attempt", "ExpressionAttributeValues": {":attempt": attempt}}
    try:
        table().update_item(Key=_use_key(order_id), ConditionExpression=_IS_THERE, **noting)
    except table().meta.client.exceptions.ConditionalCheckFailedException:
        return False
    return True


def release(order_id: str, attempt: str | None = None) -> bool:
    """Gives an order's use back, if it has one; of an attempt, if none wanted it after that one. Whether it did."""
    use = _item(_use_key(order_id))
    if not use or attempt not in (None, use[_ATTEMPT]):
        return False
    unchanged = {
        "ConditionExpression": f"{_ATTEMPT} = :attempt",
        "ExpressionAttributeValues": {":attempt": use[_ATTEMPT]},
    }
    marks = [_delete(_customer_key(use["code"], customer)) for customer in use["customers"]]
    failed = _transact([_delete(_use_key(order_id), **unchanged), _count(use["code"], -1, _IS_THERE), *marks])
    if failed and failed[0]:
        return release(order_id, attempt)  # meanwhile another attempt wanted it, or another release gave it back
    return True


def is_reachable() -> bool:
    """Whether the table answers."""
    _item(_promotion_key("health"))
    return True


def _known(code: str) -> Promotion:
    known = promotion(code)
    if not known:
        raise promotions.unknown(code)
    return known


def _item(key: dict[str, str]) -> dict[str, Any]:
    item: dict[str, Any] = table().get_item(Key=key, ConsistentRead=True).get("Item", {})
    return item


def _promotion(item: dict[str, Any]) -> Promotion:
    values: dict[str, Any] = {name: item[name] for name in Promotion.__dataclass_fields__ if name in item}
    return Promotion(**values | {name: int(values[name]) for name in ("used", "max_uses") if name in values})


def _number(value: Any) -> Any:
    return Decimal(value) if type(value) is int else value


def _transact(writes: list[Write]) -> list[bool]:
    return transactions.transact(table().meta.client, writes)


def _put_new(item: dict[str, Any]) -> Write:
    return {"Put": {"TableName": table().name, "Item": item, "ConditionExpression": "attribute_not_exists(pk)"}}


def _mark(code: str, customer: str, order_id: str) -> Write:
    return _put_new({**_customer_key(code, customer), "order_id": order_id})


def _delete(key: dict[str, str], **condition: Any) -> Write:
    return {"Delete": {"TableName": table().name, "Key": key, **condition}}


def _count(code: str, by: int, condition: str) -> Write:
    update = {
        "TableName": table().name,
        "Key": _promotion_key(code),
        "UpdateExpression": "ADD used :by",
        "ConditionExpression": condition,
        "ExpressionAttributeValues": {":by": by},
    }
    return {"Update": update}


def _promotion_key(code: str) -> dict[str, str]:
    return {"pk": f"CODE#{code}", "sk": "PROMOTION"}


def _customer_key(code: str, customer: str) -> dict[str, str]:
    return {"pk": f"CODE#{code}", "sk": f"CUSTOMER#{customer}"}


def _use_key(order_id: str) -> dict[str, str]:
    return {"pk": f"ORDER#{order_id}", "sk": "USE"}
