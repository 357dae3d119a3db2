"""The index is a projection: however changes come, it says what the catalog says."""

import random

import pytest

from shoplib.core.products import Product
from shoplib.services.search.answering import answer
from shoplib.services.search.domain import search
from shoplib.services.search.index import Change, Index, build
from shoplib.services.search.snapshot import Snapshot
from tests.search_catalog import catalogue

AT = "2026-03-01T12:00:00.000000Z"


def history(dice: random.Random, products: list[Product]) -> tuple[list[Change], list[Product]]:
    """Changes in their order, and what is there after the last of them."""
    changes: list[Change] = []
    there: dict[str, Product] = {}
    for number in range(3 * len(products)):
        product = dice.choice(products)
        gone = product.product_id in there and dice.random() < 0.3
        after = None if gone else product.replace(name=f"{product.name} {dice.randrange(9)}")
        changes.append(Change(product.product_id, 1_000 + number, after))
        there.pop(product.product_id, None)
        if after:
            there[product.product_id] = after
    return changes, list(there.values())


def shuffled(dice: random.Random, changes: list[Change]) -> list[Change]:
    """The same changes with those of different products in another order, and some of them twice."""
    rows: dict[str, list[Change]] = {}
    for change in changes:
        rows.setdefault(change.product_id, []).append(change)
    ordered = []
    while rows:
        name = dice.choice(sorted(rows))
        change = rows[name].pop(0) if dice.random() < 0.8 else rows[name][0]
        ordered.append(change)
        if not rows[name]:
            del rows[name]
    return ordered


@pytest.mark.parametrize("seed", range(8))
def test_an_index_that_grew_equals_one_that_is_built_of_what_is_there(seed: int):
    dice = random.Random(seed)
    changes, there = history(dice, catalogue(30, seed))
    grown, other = Index(), Index()
    for start in range(0, len(changes), 7):
        grown.apply(changes[start : start + 7], AT)
    rows = shuffled(dice, changes)
    for start in range(0, len(rows), 5):
        other.apply(rows[start : start + 5], AT)
    dice.shuffle(there)
    expected = build(there, None, AT).contents()
    assert grown.contents() == other.contents() == expected
    assert expected["products"] and expected["families"] and expected["vocabulary"]


def test_what_comes_again_late_changes_nothing():
    first, second, gone = (Change("mug", number, product) for number, product in enumerate([MUG, MUG2, None]))
    index = Index()
    assert index.apply([first, second, gone], AT) == 3
    assert index.apply([first], AT) == index.apply([second, gone], AT) == 0
    assert (index.version, index.contents()["products"], index.contents()["vocabulary"]) == (1, [], [])


MUG = Product("mug", "Blue Mug", "Kitchen", 900, "GBP")
MUG2 = MUG.replace(name="Red Mug")


@pytest.mark.parametrize("seed", range(6))
def test_what_changes_during_a_rebuild_is_in_the_new_index(seed: int):
    """The catalog is read while it changes: what was read may be old, and is what the stream tells later."""
    dice = random.Random(seed)
    changes, there = history(dice, catalogue(20, seed))
    middle = len(changes) // 2
    before = Index()
    before.apply(changes[:middle], AT)
    read = build(before_and_after(dice, changes, middle), before, AT)
    now = Index(before.serialized())
    now.apply(changes[middle:], AT)
    read.carry_over(now, before.version)
    assert read.contents() == build(there, None, AT).contents()
    assert read.version > now.version
    assert read.apply(changes, AT) == 0  # the stream may tell it all again


def before_and_after(dice: random.Random, changes: list[Change], middle: int) -> list[Product]:
    """What a scan may see: each product as it was at some moment of the second half."""
    seen: dict[str, Product | None] = {}
    for number, change in enumerate(changes):
        if number < middle or dice.random() < 0.5:
            seen[change.product_id] = change.product
    return [each for each in seen.values() if each]


def test_a_stored_index_goes_on_where_it_was():
    index = Index()
    index.apply([Change("mug", 1, MUG)], AT)
    again = Index(index.serialized())
    again.apply([Change("mug", 2, MUG2)], AT)
    assert [each["name"] for each in answer(search("q=red"), Snapshot(again.serialized()))["products"]] == ["Red Mug"]
    assert answer(search("q=blue"), Snapshot(again.serialized()))["total"] == 0
