"""Purchases, from the topic of order changes; reviews, moderation and recommendations over HTTP; and the deletion of a
deleted account's data.
"""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from shoplib.core import account_changes, batches, checks, clock, health, http, ids, order_changes, telemetry
from shoplib.core.errors import Conflict
from shoplib.services.reviews import domain, paging, purchases, recommending, store
from shoplib.services.reviews.domain import Review

_ATTEMPTS = 10


def take_purchases(event: dict[str, Any], context: Any) -> Any:
    return batches.each(event, context, _take)


def _take(record: SQSRecord) -> None:
    change = order_changes.parse(checks.json_object(record.body))
    if purchases.purchase_of(change, {}) is None:
        return
    parents = purchases.parents_of(_known_products(purchases.product_ids(change)))
    purchase = purchases.purchase_of(change, parents)
    if purchase and store.take(purchase):
        telemetry.count("PurchasesTaken")


consume = telemetry.instrument(take_purchases)

router = Router()


@router.get("/products/<product_id>/reviews")
def product_reviews(product_id: str) -> Response[str]:
    product_id = http.path_value(product_id)
    subject = _subject_of(product_id)
    return _public({"product_id": product_id, "subject_id": subject}, domain.about_product(subject))


@router.post("/products/<product_id>/reviews")
def review_product(product_id: str) -> Response[str]:
    user, opinion = _member(), domain.opinion(http.body(router))
    subject = _subject_of(http.path_value(product_id))
    if not (purchase := store.arrived(user, subject)):
        raise Conflict("not_bought", "Only what you bought, and what has arrived, can be reviewed.")
    about = domain.about_product(subject)
    return _write(user, about, about, opinion, purchase.bought_for(subject))


@router.get("/reviews/service")
def service_reviews() -> Response[str]:
    return _public({}, domain.SERVICE)


@router.post("/reviews/service")
def review_service() -> Response[str]:
    user, body = _member(), http.body(router)
    opinion, order_id = domain.opinion(body), checks.identifier(body, "order_id", maximum=64)
    purchase = store.order(user, order_id)
    if not purchase or purchase.status != purchases.DELIVERED:
        raise Conflict("not_bought", "Only the service of an order of yours that has arrived can be reviewed.")
    return _write(user, domain.SERVICE, domain.key_of_service(order_id), opinion)


@router.get("/reviews/own")
def own_reviews() -> Response[str]:
    user = _member()
    reviews = store.of_author(user)
    subjects = purchases.to_review(store.latest_purchases(user), reviews)[: domain.MAX_OWN]
    products = _known_products(subjects)
    waiting = [{"product_id": each, "name": products.get(each, {}).get("name")} for each in subjects]
    newest = [domain.to_author(each) for each in reviews[: domain.MAX_OWN]]
    return http.answer(200, {"reviews": newest, "total": len(reviews), "to_review": waiting})


@router.delete("/reviews/own/<review_id>")
def remove_review(review_id: str) -> Response[str]:
    user, review_id = _member(), http.path_value(review_id)
    for _ in range(_ATTEMPTS):
        review = store.by_id(review_id)
        if not review or review.user_id != user:
            raise domain.no_such_review()
        if store.replace(review, None):
            return http.answer(204)
    raise _busy()


@router.get("/health")
def is_healthy() -> Response[str]:
    return health.answer({"reviews table": store.is_reachable})


def _member() -> str:
    return store.directory().member_of(http.header(router, "Authorization")).user_id


def _public(of: dict[str, Any], about: str) -> Response[str]:
    """The public view of a subject: its ratings and a page of its reviews."""
    request = paging.request(router.current_event.query_string_parameters)
    reviews = store.page(about, request)
    page = paging.answer([domain.to_public(each) for each in reviews], paging.next_cursor(reviews, request))
    return http.answer(200, {**of, "rating": domain.ratings(store.sums(about)), **page})


def _write(user: str, about: str, key: str, opinion: domain.Opinion, product_id: str | None = None) -> Response[str]:
    """Creates or updates the author's only review of a subject; returns the result."""
    now = clock.timestamp(clock.now())
    new = Review(ids.new_id(), user, about, key, opinion, now, now, product_id=product_id)
    for _ in range(_ATTEMPTS):
        before = store.find(user, key)
        after = domain.rewrite(before, opinion, now, product_id) if before else new
        if after == before or store.replace(before, after):
            telemetry.count("ReviewsWritten")
            return http.answer(200 if before else 201, domain.to_author(after))
    raise _busy()


def _subject_of(product_id: str) -> str:
    """The product that is reviewed: for a variant, its parent."""
    return purchases.parents_of(_known_products([product_id])).get(product_id, product_id)


def _known_products(product_ids: list[str]) -> dict[str, dict[str, Any]]:
    return store.products(product_ids) if store.knows_catalog() else {}


def _busy() -> Conflict:
    return Conflict("review_busy", "The review is being changed elsewhere; try again.")


handler = http.http_handler(router)

back_office = Router()


@back_office.get("/moderation")
def list_waiting() -> Response[str]:
    _staff()
    request = paging.request(back_office.current_event.query_string_parameters, ("oldest", "newest"))
    reviews = store.page(paging.WAITING, request)
    rows = [domain.to_moderator(each) for each in reviews]
    return http.answer(200, paging.answer(rows, paging.next_cursor(reviews, request)))


@back_office.post("/moderation/<review_id>")
def moderate(review_id: str) -> Response[str]:
    moderator, decision = _staff(), domain.decision(http.body(back_office))
    review_id = http.path_value(review_id)
    for _ in range(_ATTEMPTS):
        if not (before := store.by_id(review_id)):
            raise domain.no_such_review()
        after = domain.decide(before, decision)
        if after is before or store.replace(before, after):
            telemetry.count("ReviewsModerated")
            telemetry.logger().info("moderated", extra={"review_id": review_id, "by": moderator, "now": after.status})
            return http.answer(200, domain.to_moderator(after))
    raise _busy()


def _staff() -> str:
    return store.directory().staff_of(http.header(back_office, "Authorization")).user_id


moderation = http.http_handler(back_office)

personal = Router()


@personal.get("/recommendations")
def recommend() -> Response[str]:
    user = store.directory().member_of(http.header(personal, "Authorization")).user_id
    limit = recommending.limit(http.query(personal, "limit"))
    history = store.latest_purchases(user)
    if not history:
        return http.answer(200, {"basis": recommending.NO_HISTORY, "recommendations": []})
    seeds, owned = recommending.seeds(history), recommending.owned(history)
    known = store.related(seeds)
    suggestions = recommending.suggest(seeds, known["related"], known["best_sellers"], owned)
    names = [name for each in suggestions for name in (each.product_id, each.because) if name]
    return http.answer(200, recommending.answer(suggestions, store.products(names), owned, limit))


recommendations = http.http_handler(personal)


def forget_users(event: dict[str, Any], _context: Any) -> None:
    """Deletes all data of users whose accounts were deleted, including their reviews and their ratings in the sums."""
    for change in account_changes.each(event):
        _forget(change.user_id)


forget = telemetry.instrument(forget_users)


def _forget(user_id: str) -> None:
    store.forget(user_id, clock.now())  # first: what comes from now on finds it
    for review in store.of_author(user_id):
        _remove(user_id, review.key)
    orders = store.remove_purchases(user_id)
    telemetry.logger().info("forgotten", extra={"orders": orders})


def _remove(user_id: str, key: str) -> None:
    """Deletes a review, even during concurrent changes."""
    for _ in range(_ATTEMPTS):
        review = store.find(user_id, key)
        if not review or store.replace(review, None):
            return
    raise _busy()
