"""A seeded catalogue for searches, and what a plain loop over it finds."""

import random
from collections.abc import Iterable
from operator import attrgetter
from typing import Any

from shoplib.core.products import Product
from shoplib.core.words import words_of

SHAPES = ("Mug", "Bowl", "Lamp", "Cushion", "Blanket", "Teapot", "Vase", "Chair", "Candle", "Crème Brûlée Set")
STYLES = ("Speckled", "Striped", "Hand-glazed", "Woven", "Brushed", "Folding", "Nordic", "Vintage")
MATERIALS = ("Stoneware", "Linen", "Oak", "Brass", "Café au lait", "Wool")
BRANDS = ("Ashdown", "Bellwether", "Corner & Co", None)
BRANCHES = ("Kitchen/Mugs", "Kitchen/Bowls", "Kitchen", "Living/Lamps", "Living/Textiles/Cushions", "Garden")
SIZES, COLOURS = ("S", "M", "L"), ("red", "sea green", "ochre")


def catalogue(families: int, seed: int = 1) -> list[Product]:
    """So many products, a third of them with variants, which are in the list, too."""
    dice = random.Random(seed)
    return [each for number in range(families) for each in _family(dice, number)]


def _family(dice: random.Random, number: int) -> list[Product]:
    shape, style, material = dice.choice(SHAPES), dice.choice(STYLES), dice.choice(MATERIALS)
    product = Product(
        product_id=f"p{number:05}",
        name=f"{style} {shape} {number % 97}",
        category=dice.choice(BRANCHES),
        price_minor=dice.randrange(100, 20_000, 50),
        currency="GBP",
        description=f"Made of {material.lower()} for every {dice.choice(SHAPES).lower()}.",
        brand=dice.choice(BRANDS),
        specifications={"Material": material} | ({"Washable": "yes"} if dice.random() < 0.5 else {}),
        listed_at=f"2026-01-{dice.randrange(1, 28):02}T00:00:00.000000Z",
    )
    if dice.random() < 0.66:
        return [product]
    pairs = dice.sample([(size, colour) for size in SIZES for colour in COLOURS], dice.randrange(1, 6))
    variants = [_variant(dice, product, size, colour) for size, colour in pairs]
    lowest = min(each.price_minor for each in variants)
    return [product.replace(price_minor=lowest, variant_ids=tuple(each.product_id for each in variants)), *variants]


def _variant(dice: random.Random, product: Product, size: str, colour: str) -> Product:
    return product.replace(
        product_id=f"{product.product_id}-{size}-{colour}".replace(" ", "-"),
        name=f"{product.name}, {size}, {colour}",
        price_minor=dice.randrange(100, 20_000, 50),
        parent_id=product.product_id,
        options={"size": size, "colour": colour},
    )


class PlainLoop:
    """Searches by looking at each product, one after the other."""

    def __init__(self, products: Iterable[Product]) -> None:
        by_id = {each.product_id: each for each in products}
        heads = [each for each in by_id.values() if not each.parent_id]
        self.sold = [(head, [by_id[id] for id in head.variant_ids] or [head]) for head in _by_id(heads)]
        self.words = {head.product_id: _words(head, pieces) for head, pieces in self.sold}
        self.vocabulary: dict[str, int] = {}
        for words in self.words.values():
            for word in words:
                self.vocabulary[word] = self.vocabulary.get(word, 0) + 1

    def corrected(self, word: str) -> str:
        """The word itself, if it is in a product or begins one of its words; else the nearest, if there is one."""
        if any(_fits(word, other) for other in self.vocabulary):
            return word
        most = 0 if len(word) < 3 else 1 if len(word) < 8 else 2
        near = [(distance(word, other), -count, other) for other, count in self.vocabulary.items()]
        return min([each for each in near if each[0] <= most] or [(0, 0, word)])[2]

    def find(self, words: Iterable[str], filters: dict[str, tuple[str, ...]], low: int, high: int) -> list[str]:
        """Ids of what fits, in order."""
        return [head.product_id for head, sold in self.sold if self._pieces(head, sold, words, filters, low, high)]

    def count(
        self, field: str, words: Iterable[str], filters: dict[str, tuple[str, ...]], low: int, high: int
    ) -> dict[str, int]:
        """Of each value of a field, how many products fit all that was chosen elsewhere."""
        others = {name: values for name, values in filters.items() if name != field}
        counts: dict[str, int] = {}
        for head, sold in self.sold:
            pieces = self._pieces(head, sold, words, others, low, high)
            for value in {value for piece in pieces for name, value in values(head, piece) if name == field}:
                counts[value] = counts.get(value, 0) + 1
        return counts

    def _pieces(
        self,
        head: Product,
        sold: list[Product],
        words: Iterable[str],
        filters: dict[str, tuple[str, ...]],
        low: int,
        high: int,
    ) -> list[Product]:
        mine = self.words[head.product_id]
        if not all(any(_fits(word, other) for other in mine) for word in words):
            return []
        return [
            piece
            for piece in sold
            if low <= piece.price_minor < high
            and all(any((name, value) in values(head, piece) for value in some) for name, some in filters.items())
        ]


def values(head: Product, piece: Product) -> set[tuple[str, str]]:
    parts = head.category.split("/")
    found = {("category", "/".join(parts[:depth])) for depth in range(1, len(parts) + 1)}
    found |= {("brand", head.brand)} if head.brand else set()
    found |= {(f"option.{name}", value) for name, value in piece.options.items()}
    return found | {(f"spec.{name}", value) for name, value in head.specifications.items()}


def _words(head: Product, pieces: list[Product]) -> set[str]:
    texts: list[Any] = [head.name, head.category, head.brand, head.description, *head.specifications]
    texts += [*head.specifications.values(), *(value for piece in pieces for value in piece.options.values())]
    return {word for text in texts if text for word in words_of(text)}


def _fits(word: str, other: str) -> bool:
    return other == word or (len(word) > 1 and other.startswith(word))


def _by_id(products: list[Product]) -> list[Product]:

    return sorted(products, key=attrgetter("product_id"))


def distance(one: str, other: str) -> int:
    """Edits between two words, by the definition: letters added, dropped, replaced, or swapped with a neighbour."""
    table = {(i, 0): i for i in range(len(one) + 1)} | {(0, j): j for j in range(len(other) + 1)}
    for i in range(1, len(one) + 1):
        for j in range(1, len(other) + 1):
            ways = [table[i - 1, j] + 1, table[i, j - 1] + 1, table[i - 1, j - 1] + (one[i - 1] != other[j - 1])]
            if i > 1 and j > 1 and one[i - 1] == other[j - 2] and one[i - 2] == other[j - 1]:
                ways.append(table[i - 2, j - 2] + 1)
            table[i, j] = min(ways)
    return table[len(one), len(other)]
