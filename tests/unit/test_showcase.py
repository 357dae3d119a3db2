"""The showcase is a catalogue that an import takes as it is."""

from typing import Any

import pytest

from shoplib import provision
from shoplib.services.catalog import importing
from shoplib.shoppers import seed, showcase


class Recorder:
    """A lab that takes down what is invoked."""

    target = None

    def __init__(self) -> None:
        self.commands: dict[str, Any] = {}

    def invoke(self, _pattern: str, function: str, command: Any) -> None:
        self.commands[function] = command


def test_every_product_is_taken_and_every_piece_has_its_stock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provision, "exists", lambda _pattern, _target: True)
    lab = Recorder()
    assert showcase.fill(lab) == 25  # type: ignore[arg-type]
    products, rejected = importing.sort_out(lab.commands["ImportProductsFunction"]["products"])
    assert rejected == []
    pieces = {each.product_id for each in products if not each.variant_ids}
    assert {each["product_id"] for each in lab.commands["SetStockFunction"]["stock"]} == pieces
    assert len(pieces) == 58


def test_it_shares_no_product_with_the_simulated_shop() -> None:
    ids = {each["product_id"] for each in showcase.catalog()}
    assert not ids & {each["product_id"] for each in seed.catalog()}
    assert len({each["category"].partition("/")[0] for each in showcase.catalog()}) >= 5
