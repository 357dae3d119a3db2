"""Opening the shop's page: what is missing is deployed, empty shelves are filled, what is there stays."""

from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import pytest

from shoplib import demo, provision
from shoplib.shoppers import contents, seed

NAMES = ["rest", "storefront"]


class FakeLab:
    """A lab on which these patterns are deployed, with so many products on the shelves."""

    target = "here"

    def __init__(self, deployed: set[str], products: int) -> None:
        self.deployed, self.products = deployed, products

    def outputs(self, pattern: str) -> dict[str, str]:
        return {"CatalogTableName": "catalog", "StorefrontUrl": "http://page"}

    def client(self, service: str) -> Any:
        return SimpleNamespace(scan=lambda **_: {"Items": [{}] * self.products})

    def deploy(self, names: list[str], target: str, show: Any) -> None:
        self.deployed |= set(names)

    def fill(self, lab: Any) -> None:
        self.products += 1


@pytest.mark.parametrize(
    ("deployed", "products", "stages"),
    [
        (set(), 0, ["deploying 2 patterns", "filling the shelves"]),
        ({"rest"}, 3, ["deploying 2 patterns"]),
        ({"storefront"}, 3, ["deploying 2 patterns"]),
        ({"rest", "storefront"}, 0, ["filling the shelves"]),
        ({"rest", "storefront"}, 3, []),
    ],
)
def test_what_is_missing_is_made_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, deployed: set[str], products: int, stages: list[str]
) -> None:
    lab, seen = FakeLab(set(deployed), products), []

    def stage(text: str) -> Any:
        seen.append(text)
        return nullcontext()

    monkeypatch.setattr(provision, "pattern_names", lambda: NAMES)
    monkeypatch.setattr(provision, "exists", lambda name, target: name in lab.deployed)
    monkeypatch.setattr(provision, "deploy_patterns", lab.deploy)
    monkeypatch.setattr(seed, "fill_the_shelves", lab.fill)
    monkeypatch.setattr(contents, "load", lambda lab: None)
    assert demo.open_shop(lab, stage) == "http://page"  # type: ignore[arg-type]
    assert (seen, lab.deployed, bool(lab.products)) == (stages, {"rest", "storefront"}, True)
