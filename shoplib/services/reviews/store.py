"""The reviews table: all of a shopper's data is in one partition. And calls to the catalog and recommendations.

pk SHOPPER#<user>,     sk REVIEW#<key>     a review; `list` with `by_time` or `by_rating` are the indexes that list it
pk SHOPPER#<user>,     sk ORDER#<order>    what was bought; `list` BOUGHT#<user> with `by_time` lists it
pk SUMS#<subject>,     sk SUMS             how many approved reviews have which rating: `rating_1` to `rating_5`
pk FORGOTTEN#<digest>, sk FORGOTTEN        a user of whom nothing may be stored, for as long as orders may change

A review and its subject's sums change in ONE transaction, so they stay consistent under concurrent writes.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import boto3
from boto3.dynamodb.conditions import Attr, ConditionBase, Key

from shoplib.core import clock, commands, config, ids, members, transactions
from shoplib.core.errors import Unauthenticated, Unavailable
from shoplib.services.reviews import domain, paging, purchases
from shoplib.services.reviews.config import CatalogConfig, Config, MembersConfig, RelatedConfig
from shoplib.services.reviews.domain import Opinion, Review, Sums
from shoplib.services.reviews.purchases import Purchase

# Ids that the catalog answers at once.
_ASKED_AT_ONCE = 100
# As long as an order may still come to a new state.
FORGOTTEN_FOR = timedelta(days=400)
Item = dict[str, Any]


@cache
def table() -> Any:
    return boto3.resource("dynamodb").Table(config.load(Config).reviews_table_name)


@cache
def functions() -> Any:
    return boto3.client("lambda")


def directory() -> members.Directory:
    """The accounts service, which resolves sessions."""
    return members.Directory(functions().invoke, config.load(MembersConfig).members_function_name)


# ---- purchases ----
def take(purchase: Purchase) -> bool:
    """Stores a purchase's progress; False if a later state is stored, or its buyer's account was deleted."""
    newer = "attribute_not_exists(pk) OR progress < :progress"
    condition = {"ConditionExpression": newer, "ExpressionAttributeValues": {":progress": purchase.progress}}
    put = {"Put": {"TableName": table().name, "Item": _purchase_item(purchase), **condition}}
    return not transactions.transact(table().meta.client, [_remembered(purchase.user_id), put])


def latest_purchases(user_id: str) -> list[Purchase]:
    """A shopper's newest orders that were not cancelled, newest first."""
    listed = _list(f"BOUGHT#{user_id}", paging.ORDERS["newest"], purchases.NEWEST)
    return [_purchase(item) for item in listed]


def arrived(user_id: str, subject: str) -> Purchase | None:
    """A shopper's order with which a product has arrived."""
    condition = Attr("status").eq(purchases.DELIVERED) & Attr("subjects").contains(subject)
    return next((_purchase(item) for item in _of(user_id, "ORDER#", condition)), None)


def order(user_id: str, order_id: str) -> Purchase | None:
    """An order of the shopper; None if it is not theirs."""
    item = table().get_item(Key=_order_key(user_id, order_id), ConsistentRead=True).get("Item")
    return _purchase(item) if item else None


# ---- reviews ----
def find(user_id: str, key: str) -> Review | None:
    """An author's current review."""
    item = table().get_item(Key=_review_key(user_id, key), ConsistentRead=True).get("Item")
    return _review(item) if item else None


def by_id(review_id: str) -> Review | None:
    """A current review by ID, by any author."""
    condition = Key("review_id").eq(review_id)
    for item in table().query(IndexName="by_id", KeyConditionExpression=condition)["Items"]:
        return find(item["pk"].removeprefix("SHOPPER#"), item["sk"].removeprefix("REVIEW#"))
    return None


def of_author(user_id: str) -> list[Review]:
    """All reviews of an author, the latest change first."""
    reviews = [_review(item) for item in _of(user_id, "REVIEW#")]
    return sorted(reviews, key=lambda review: review.changed_at, reverse=True)


def page(subject: str, request: paging.Request) -> list[Review]:
    """A page of a subject's approved reviews, or of the moderation queue."""
    return [_review(item) for item in _list(subject, request.order, request.limit, request.after)]


def sums(about: str) -> Sums:
    """The sums of a subject's ratings."""
    item = table().get_item(Key=_sums_key(about)).get("Item", {})
    return Sums({rating: int(item.get(f"rating_{rating}", 0)) for rating in domain.RATINGS})


def replace(before: Review | None, after: Review | None) -> bool:
    """Replaces the review `before` and updates the sums; False if another write was faster. Unauthenticated if its
    author's account was deleted meanwhile.
    """
    review = after or before
    assert review is not None
    writes = [_swap(review, before, after), *_sums_write(review.about, domain.shift(before, after))]
    failed = transactions.transact(table().meta.client, writes + ([_remembered(review.user_id)] if after else []))
    if after and failed and failed[-1]:
        raise Unauthenticated("unauthenticated", "This account was deleted.")
    return not failed


# ---- what is forgotten ----
def forget(user_id: str, now: datetime) -> None:
    """Marks a user as deleted: nothing of theirs is stored from now on."""
    until = clock.epoch_seconds(now + FORGOTTEN_FOR)
    table().put_item(Item={**_forgotten_key(user_id), "expires_at": until})


def remove_purchases(user_id: str) -> int:
    """Deletes a user's purchases; returns the number of orders."""
    keys = [{"pk": item["pk"], "sk": item["sk"]} for item in _of(user_id, "ORDER#")]
    for key in keys:
        table().delete_item(Key=key)
    return len(keys)


def is_reachable() -> bool:
    """Whether the table is reachable."""
    table().get_item(Key=_sums_key("health"))
    return True


# ---- other services ----
def products(product_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Current names, prices and parents by ID, from the catalog; unknown products are omitted."""
    name, names = config.load(CatalogConfig).prices_function_name, list(dict.fromkeys(product_ids))
    parts = [names[first : first + _ASKED_AT_ONCE] for first in range(0, len(names), _ASKED_AT_ONCE)]
    answers = [commands.send(functions().invoke, name, {"product_ids": each}, "catalog_unavailable") for each in parts]
    return {product["product_id"]: product for answer in answers for product in answer["products"]}


def knows_catalog() -> bool:
    """Whether a catalog is deployed; without one, products have no parents."""
    return bool(config.load(CatalogConfig).prices_function_name)


def related(product_ids: list[str]) -> dict[str, Any]:
    """{"related": {product_id: rows}, "best_sellers": [...]} from the recommendations service."""
    name = config.load(RelatedConfig).related_lookup_function_name
    if not name or not knows_catalog():
        message = "Recommendations need the pattern rest: deploy with RelatedLookupFunctionName and PricesFunctionName."
        raise Unavailable("no_recommendations", message)
    command = {"product_ids": product_ids}
    return commands.send(functions().invoke, name, command, "recommendations_unavailable")


# ---- items ----
def _of(user_id: str, prefix: str, condition: ConditionBase | None = None) -> Iterator[Item]:
    """Items of a shopper's partition."""
    query: Item = {
        "KeyConditionExpression": Key("pk").eq(f"SHOPPER#{user_id}") & Key("sk").begins_with(prefix),
        "ConsistentRead": True,
    } | ({"FilterExpression": condition} if condition else {})
    while True:
        answer = table().query(**query)
        yield from answer["Items"]
        if "LastEvaluatedKey" not in answer:
            return
        query["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def _list(name: str, order: paging.Order, limit: int, after: str | None = None) -> list[Item]:
    """Items of a list, in an order, from after a position."""
    condition: ConditionBase = Key("list").eq(name)
    if after:
        condition &= Key(order.index).lt(after) if order.backwards else Key(order.index).gt(after)
    answer = table().query(
        IndexName=order.index, KeyConditionExpression=condition, ScanIndexForward=not order.backwards, Limit=limit
    )
    return list(answer["Items"])


def _swap(review: Review, before: Review | None, after: Review | None) -> transactions.Write:
    """The write that replaces or deletes the review `before`, if it is unchanged, or creates one if there is none."""
    condition: Item = {"ConditionExpression": "attribute_not_exists(pk)"}
    if before:
        condition = {
            "ConditionExpression": "version = :seen AND review_id = :id",
            "ExpressionAttributeValues": {":seen": before.version, ":id": before.review_id},
        }
    if after:
        return {"Put": {"TableName": table().name, "Item": _review_item(after), **condition}}
    return {"Delete": {"TableName": table().name, "Key": _review_key(review.user_id, review.key), **condition}}


def _sums_write(about: str, shift: dict[int, int]) -> list[transactions.Write]:
    if not shift:
        return []
    added = ", ".join(f"rating_{rating} :by_{rating}" for rating in shift)
    values = {f":by_{rating}": by for rating, by in shift.items()}
    update = {"UpdateExpression": f"ADD {added}", "ExpressionAttributeValues": values}
    return [{"Update": {"TableName": table().name, "Key": _sums_key(about), **update}}]


def _remembered(user_id: str) -> transactions.Write:
    condition = {"ConditionExpression": "attribute_not_exists(pk)"}
    return {"ConditionCheck": {"TableName": table().name, "Key": _forgotten_key(user_id), **condition}}


def _forgotten_key(user_id: str) -> dict[str, str]:
    return {"pk": f"FORGOTTEN#{ids.fingerprint(user_id)}", "sk": "FORGOTTEN"}


def _review_key(user_id: str, key: str) -> dict[str, str]:
    return {"pk": f"SHOPPER#{user_id}", "sk": f"REVIEW#{key}"}


def _order_key(user_id: str, order_id: str) -> dict[str, str]:
    return {"pk": f"SHOPPER#{user_id}", "sk": f"ORDER#{order_id}"}


def _sums_key(about: str) -> dict[str, str]:
    return {"pk": f"SUMS#{about}", "sk": "SUMS"}


def _review_item(review: Review) -> Item:
    fields = {name: value for name, value in vars(review).items() if name != "opinion"} | vars(review.opinion)
    present = {name: value for name, value in fields.items() if value is not None}
    return {**_review_key(review.user_id, review.key), **present, **paging.places(review)}


def _review(item: Item) -> Review:
    fields: Item = {name: item[name] for name in Review.__dataclass_fields__ if name in item}
    fields |= {name: int(item[name]) for name in ("version", "decided_from") if name in item}
    words: Item = {name: item.get(name) for name in ("name", "title", "text")}
    return Review(**fields, opinion=Opinion(int(item["rating"]), **words))


def _purchase_item(purchase: Purchase) -> Item:
    listed = {"list": f"BOUGHT#{purchase.user_id}", paging.BY_TIME: f"{purchase.at}#{purchase.order_id}"}
    item = {
        **_order_key(purchase.user_id, purchase.order_id),
        **vars(purchase),
        "product_ids": list(purchase.product_ids),
        "subjects": sorted(purchase.subjects),
        "progress": purchase.progress,
    }
    return item | ({} if purchase.status == purchases.CANCELLED else listed)


def _purchase(item: Item) -> Purchase:
    fields = {name: item[name] for name in Purchase.__dataclass_fields__}
    return Purchase(**fields | {"product_ids": tuple(item["product_ids"])})
