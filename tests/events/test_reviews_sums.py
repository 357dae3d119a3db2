"""Whatever authors and moderators do, in any order and however often, the sums are those of the approved reviews."""

import uuid
from collections import Counter
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shoplib.core import ids
from shoplib.services.reviews import domain, paging, store
from shoplib.services.reviews.domain import Decision, Opinion, Review
from tests.inprocess import World

NOW = "2026-03-01T12:00:00.000000Z"
AUTHORS = st.integers(0, 2)
STEPS = st.one_of(
    st.tuples(st.just("write"), AUTHORS, st.integers(1, 5), st.booleans()),
    st.tuples(st.just("decide"), AUTHORS, st.sampled_from([domain.APPROVED, domain.REJECTED]), st.integers(0, 1)),
    st.tuples(st.just("remove"), AUTHORS, st.booleans()),
)


def write(about: str, author: str, rating: int, _lagging: bool = False) -> None:
    before = store.find(author, about)
    opinion = Opinion(rating, "somebody", text=f"{rating}")
    new = Review(str(uuid.uuid4()), author, about, about, opinion, NOW, NOW)
    after = domain.rewrite(before, opinion, NOW, None) if before else new
    if after != before:
        assert store.replace(before, after)
        assert not store.replace(before, after)  # what comes late or twice changes nothing


def decide(about: str, author: str, status: str, late: int) -> None:
    before = store.find(author, about)
    if not before:
        return
    try:
        after = domain.decide(before, Decision(status, before.version - late, "No." if status == "rejected" else None))
    except domain.PreconditionFailed:
        return
    if after is not before:
        assert store.replace(before, after)
        assert not store.replace(before, after)


def remove(about: str, author: str, twice: bool) -> None:
    before = store.find(author, about)
    if before:
        assert store.replace(before, None)
        assert not (twice and store.replace(before, None))


ACTIONS: dict[str, Any] = {"write": write, "decide": decide, "remove": remove}


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(steps=st.lists(STEPS, min_size=1, max_size=12))
def test_the_sums_are_those_of_the_reviews(shop: World, steps: list[tuple[Any, ...]]) -> None:
    shop.forget_streams()
    about, authors = domain.about_product(ids.new_id()), [f"user-{uuid.uuid4()}" for _ in range(3)]
    for name, author, *parts in steps:
        ACTIONS[name](about, authors[author], *parts)
        reviews = [each for author in authors for each in store.of_author(author)]
        approved = Counter(each.opinion.rating for each in reviews if each.status == domain.APPROVED)
        sums = store.sums(about)
        assert {rating: count for rating, count in sums.counts.items() if count} == dict(approved)
        assert (sums.count, sums.total) == (approved.total(), sum(approved.elements()))
        listed = store.page(about, paging.request({"limit": "50"}))
        assert Counter(each.opinion.rating for each in listed) == approved
    waiting = [each for author in authors for each in store.of_author(author) if each.status == domain.PENDING]
    queue = store.page(paging.WAITING, paging.request({"limit": "50"}))
    assert [each.review_id in {one.review_id for one in queue} for each in waiting] == [True] * len(waiting)
    for author in authors:
        for each in store.of_author(author):
            store.replace(each, None)


@given(counts=st.dictionaries(st.sampled_from(domain.RATINGS), st.integers(0, 10**9)))
def test_an_average_is_within_half_a_hundredth_of_the_exact_one(counts: dict[int, int]) -> None:
    sums = domain.Sums(counts)
    view = domain.ratings(sums)
    assert view["count"] == sum(view["distribution"].values())
    if not sums.count:
        assert view["average"] is None
        return
    assert 1 <= view["average"] <= 5 and sums.average is not None
    assert abs(sums.average * sums.count - sums.total) * 200 <= sums.count
