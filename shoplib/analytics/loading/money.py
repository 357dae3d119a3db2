"""The amounts of one file: separators, units and currency."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from babel.numbers import get_currency_precision

from shoplib.analytics.loading import amounts, currencies, joining
from shoplib.analytics.loading.columns import Columns
from shoplib.analytics.loading.loaded import Rejections
from shoplib.analytics.loading.options import Options
from shoplib.analytics.loading.rows import Rows
from shoplib.analytics.loading.sales import Money

Whole = npt.NDArray[np.int64]
MONEY = ("price", "value", "total", "subtotal", "discount", "order_discount", "refunded")
# Objects of Stripe's API, and their amounts.
STRIPE = ("charge", "payment_intent", "invoice", "checkout.session", "balance_transaction", "refund")
STRIPES = ("value", "refunded", "total", "subtotal")


class Amounts:
    """Reads the amount columns of one file; assumptions are in `notes`."""

    def __init__(
        self, rows: Rows, columns: Columns, by_field: Mapping[str, Any], options: Options, out: Rejections
    ) -> None:
        self.rows, self.columns, self.by_field, self.options, self.out = rows, columns, by_field, options, out
        self.notes: list[str] = []

    def refuse_overflow(self, money: dict[str, Money], pieces: Whole) -> None:
        if "price" in money:
            too_much = amounts.too_large(money["price"].values, pieces)
            self.out.reject(too_much, "price", self.by_field.get("price"), "too large an amount")

    def read(self) -> dict[str, Money]:
        self.signs: list[tuple[str, npt.NDArray[np.object_]]] = []
        self.is_stripe = _is_stripe(self.rows.table) and "currency" in self.by_field
        if self.is_stripe:
            self.notes.append(
                f"{self.rows.name}: amounts are in the currency's smallest unit, as Stripe's API has them"
            )
        fields = {name: self._minor(name) for name in MONEY} | {"quantity": ("quantity", amounts.PIECES)}
        there = {name: place for name, place in fields.items() if place[0] in self.by_field}
        marks = self._marks([place[0] for place in there.values()])
        return {name: self._read(name, *place, marks[place[0]]) for name, place in there.items()}

    def _minor(self, name: str) -> tuple[str, Decimal]:
        """The column of an amount, and its unit: major, or minor as in Stripe's API."""
        if self.is_stripe and name in STRIPES:
            code = next((text for text in pc.unique(self.by_field["currency"]).to_pylist() if text), "usd")
            return name, amounts.MINOR if get_currency_precision(code.upper()) else amounts.MAJOR
        minor = f"{name}_minor" in self.by_field and name not in (self.options.mapping or {})
        return (f"{name}_minor", amounts.MINOR) if minor else (name, amounts.MAJOR)

    def _marks(self, fields: Sequence[str]) -> dict[str, str | None]:
        """The decimal separator of each column: from the caller, from this column, or from other columns. LabError if
        amounts are ambiguous.
        """
        exact = {field for field in fields if self.columns.name_of(field) in self.rows.exact}
        clues = {field: amounts.marks_of(self.by_field[field]) for field in fields if field not in exact}
        if self.options.decimal:
            return {field: "." if field in exact else self.options.decimal for field in fields}
        known = {marks.mark for marks in clues.values() if marks.mark}
        marks_by_field: dict[str, str | None] = dict.fromkeys(exact, ".")
        for field, marks in clues.items():
            marks_by_field[field] = marks.mark or (next(iter(known)) if len(known) == 1 else None)
            if marks.unclear and not marks_by_field[field]:
                marks_by_field[field] = joining.require_mark(
                    marks.unclear, self.columns.name_of(field), self.rows, self.notes
                )
        return marks_by_field

    def _read(self, name: str, field: str, scale: Decimal, mark: str | None) -> Money:
        parsed = amounts.thousandths(self.by_field[field], scale, mark)
        kind = "a number" if name == "quantity" else "an amount"
        self.out.reject(
            parsed.bad & ~parsed.missing, field, self.by_field.get(field), f"not {kind} of at most three decimals"
            + ("" if name == "quantity" else " of a minor unit")
        )  # fmt: skip
        if name != "quantity":
            self.signs.append((field, parsed.currency))
        return Money(parsed.values, ~parsed.missing)

    def currency(self) -> pa.Array:
        """The currency from a currency column, else from the sign next to an amount, else from the amount column's
        name.
        """
        values = self._by_column()
        for field, signs in self.signs:
            if field in self.columns.currency:
                signs = np.where(signs == None, self.columns.currency[field], signs)  # noqa: E711
            values = np.where(values == None, signs, values)  # noqa: E711
        self.notes += joining.of_signs({field: self.by_field[field] for field, _ in self.signs}, self.signs)
        values[values == ""] = None
        return pa.array(values, pa.string())

    def _by_column(self) -> npt.NDArray[np.object_]:
        column = self.by_field.get("currency")
        if column is None:
            return np.full(len(self.rows.table), None, object)
        codes, texts = pd.factorize(column.to_numpy().astype(object))
        names = [currencies.of(text) or None for text in texts]
        if odd := sorted(text for text, code in zip(texts, names, strict=True) if code is None):
            self.notes.append(f"{', '.join(odd[:3])} is no currency that is known: say --currency")
        return np.array([*names, None], object)[codes]


def _is_stripe(table: pa.Table) -> bool:
    """Whether rows are objects of Stripe's API."""
    return "object" in table.column_names and bool(pc.any(pc.is_in(table["object"], pa.array(STRIPE))).as_py())
