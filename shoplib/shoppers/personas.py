"""What a shopper will do, decided before the first request: it depends on the seed alone, never on timing."""

import random
from dataclasses import dataclass
from typing import Any

AGENTS = {
    "desktop": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "mobile": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148",
    "tablet": "Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X) AppleWebKit/605.1.15",
}
DEVICES = {"mobile": 55, "desktop": 38, "tablet": 7}
SOURCES = {
    ("google", "organic"): 45,
    ("(direct)", "(none)"): 25,
    ("newsletter", "email"): 15,
    ("instagram", "social"): 15,
}
CAMPAIGNS = {"newsletter": "winter-gifts", "instagram": "new-arrivals"}
COUNTRIES = {"United Kingdom": 70, "Germany": 10, "France": 9, "Norway": 6, "Japan": 5}
SEARCHES = ("candle", "tin", "wall", "gift", "wooden", "garden")
# Chance that a viewed product goes into the cart. Levels near published ones: about 70 % of carts are abandoned.
ADDS = {"mobile": 0.22, "tablet": 0.28, "desktop": 0.34}
CHECKS_OUT = {"mobile": 0.32, "tablet": 0.40, "desktop": 0.48}
SIGNS_IN, SEARCHES_FIRST, CHANGES_MIND, CARD_IS_DECLINED = 0.25, 0.30, 0.15, 0.08
HAS_AN_ACCOUNT = 0.5
# Of those who check out, some ask first what it will cost; the others see it when they do.
ASKS_THE_PRICE, HAS_A_CODE, IN_A_HURRY = 0.6, 0.3, 0.2
CODES = ("WELCOME10", "FREESHIP")
MOST_VIEWS = 7
# Popularity falls with the rank as 1/rank^0.8 (Zipf-like, as click logs show).
POPULARITY = 0.8


@dataclass(frozen=True)
class Item:
    """A product that the shopper puts into the cart, and whether it is taken out again."""

    product_id: str
    quantity: int
    taken_out: bool


@dataclass(frozen=True)
class Journey:
    """One visit: who, from where, and every step. `items` are a part of `views`; whoever signs in and has an account
    logs in to it, others register."""

    number: int
    device: str
    source: str
    medium: str
    country: str
    search: str | None
    views: tuple[str, ...]
    items: tuple[Item, ...]
    signs_in: bool
    checks_out: bool
    card: str
    has_account: bool
    asks_the_price: bool
    code: str | None
    in_a_hurry: bool

    @property
    def campaign(self) -> str | None:
        return CAMPAIGNS.get(self.source)


def journey(seed: int, number: int, products: list[str]) -> Journey:
    """The journey of visitor `number`; `products` in order of popularity, the most wanted first."""
    dice = random.Random(f"{seed}/{number}")
    device = _one(dice, DEVICES)
    source, medium = _one(dice, SOURCES)
    views = _views(dice, products)
    items = tuple(_item(dice, product) for product in views if dice.random() < ADDS[device])
    return Journey(
        number=number,
        device=device,
        source=source,
        medium=medium,
        country=_one(dice, COUNTRIES),
        search=dice.choice(SEARCHES) if dice.random() < SEARCHES_FIRST else None,
        views=views,
        items=items,
        signs_in=dice.random() < SIGNS_IN,
        checks_out=any(not item.taken_out for item in items) and dice.random() < CHECKS_OUT[device],
        card="tok_declined" if dice.random() < CARD_IS_DECLINED else "tok_visa",
        has_account=dice.random() < HAS_AN_ACCOUNT,
        asks_the_price=dice.random() < ASKS_THE_PRICE,
        code=dice.choice(CODES) if dice.random() < HAS_A_CODE else None,
        in_a_hurry=dice.random() < IN_A_HURRY,
    )


def _one(dice: random.Random, weights: dict[Any, int]) -> Any:
    return dice.choices(list(weights), list(weights.values()))[0]


def _views(dice: random.Random, products: list[str]) -> tuple[str, ...]:
    weights = [1 / rank**POPULARITY for rank in range(1, len(products) + 1)]
    return tuple(dict.fromkeys(dice.choices(products, weights, k=dice.randint(1, MOST_VIEWS))))


def _item(dice: random.Random, product_id: str) -> Item:
    return Item(product_id, dice.choice((1, 1, 1, 2, 3)), dice.random() < CHANGES_MIND)
