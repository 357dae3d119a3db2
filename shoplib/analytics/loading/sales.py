"""The value of each sale: from its lines, the order total, discounts and refunds."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from shoplib.analytics.loading import amounts

Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
# Orders of several rows that say the same value on each, before it is taken for the order's.
ENOUGH = 2


@dataclass(frozen=True)
class Money:
    """A column of amounts in thousandths of a minor unit (quantities: of a piece), and which rows have one."""

    values: Whole
    there: Flags


@dataclass
class Sales:
    """The sales rows of one file. `order`: each row's order as an index from 0, or -1. `sold`: rows that are sales and
    not rejected. `product`: what distinguishes the lines of an order.
    """

    sold: Flags
    order: Whole
    product: Whole
    amounts: Mapping[str, Money]
    itemised: Flags
    notes: list[str] = field(default_factory=list)
    dropped: dict[str, str] = field(default_factory=dict)

    @property
    def pieces(self) -> Whole:
        """Thousandths of a piece; one piece by default."""
        quantity = self._of("quantity")
        return np.where(quantity.there, quantity.values, np.where(self.sold, 1_000, 0))

    def _note_single_pieces(self, priced: Flags) -> None:
        """Where the revenue hangs on it."""
        single = int((self.sold & priced & ~self._of("quantity").there).sum())
        if single:
            self.notes.append(f"{single:,} sales without a quantity count as one piece each")

    def _of(self, name: str) -> Money:
        nothing = Money(np.zeros(len(self.sold), np.int64), np.zeros(len(self.sold), bool))
        return self.amounts.get(name, nothing)

    def worth(self) -> tuple[Whole, Flags]:
        """Each row's value, and which rows have one."""
        price, value, total = self._of("price"), self._of("value"), self._of("total")
        by_price = amounts.times(price.values, self.pieces)
        self._note_single_pieces(price.there & ~value.there)
        if self._is_of_order(value, by_price, price.there):
            self.notes.append("the value is the same on all lines of an order: it is the order's, counted once")
            value = (
                self._exclude_priced_lines(value, price.there)
                if price.there.any()
                else self._keep_first_per_order(value)
            )
        own = value.there & ~(self.itemised & price.there)
        if value.there.any() and not own.any():
            self.dropped["value"] = "the order's; its items are added up"
        value = Money(value.values, own)
        if value.there.any() or price.there.any():
            self.dropped["total"] = "the order's total; its lines are added up"
        else:
            value = self._keep_first_per_order(total)
        computed = ~value.there & price.there & self.sold
        worth = np.where(value.there, value.values, np.where(computed, by_price, 0))
        return self._subtract_discounts(worth, computed), value.there | computed

    def _exclude_priced_lines(self, value: Money, priced: Flags) -> Money:
        return Money(value.values, value.there & ~(priced & self.sold))

    def _keep_first_per_order(self, value: Money) -> Money:
        """Keeps an order's value on its first row, and removes it from the others."""
        rows = np.flatnonzero(value.there & self.sold & (self.order >= 0))
        again = rows[pd.Series(self.order[rows]).duplicated().to_numpy()]
        values = value.values.copy()
        values[again] = 0
        return Money(values, value.there)

    def _is_of_order(self, value: Money, by_price: Whole, priced: Flags) -> bool:
        """Whether the value is that of the whole order: every order with several lines repeats it, and it does not
        match the line.
        """
        rows = np.flatnonzero(value.there & self.sold & (self.order >= 0) & ~self.itemised)
        table = pd.DataFrame({"order": self.order[rows], "value": value.values[rows], "product": self.product[rows]})
        table["is_line"] = priced[rows] & (by_price[rows] == value.values[rows])
        groups = table.groupby("order").agg(
            rows=("value", "size"),
            values=("value", "nunique"),
            products=("product", "nunique"),
            lines=("is_line", "all"),
        )
        several = groups[(groups.rows > 1) & (groups.products > 1)]
        fits = (several["values"] == 1) & ~several.lines
        return len(several) >= (1 if priced.any() else ENOUGH) and bool(fits.all())

    def _subtract_discounts(self, worth: Whole, computed: Flags) -> Whole:
        """Subtracts discounts of lines, and of orders in proportion to the lines' values."""
        discount = self._of("discount")
        rows = computed & discount.there
        if "discount" in self.amounts and not rows.any():
            self.dropped["discount"] = "no line has a price that it could be taken from"
        worth = np.where(rows, worth - np.abs(discount.values), worth)
        subtotal, off = self._of("subtotal"), self._of("order_discount")
        if not computed.any():
            return worth
        if (discount.there & (discount.values != 0)).any():
            self.notes.append("discounts of lines are taken off")
        used = 0
        for lines in self._orders():
            reduction = self._reduction(lines, subtotal, off, int(worth[lines].sum())) if computed[lines].all() else 0
            if reduction:
                used += 1
                worth[lines] -= np.array(amounts.apportion(reduction, worth[lines].tolist()), np.int64)
        if used:
            self.notes.append(f"discounts of {used:,} orders are taken off their lines, in parts as these are worth")
        return worth

    def _orders(self) -> list[Whole]:
        if not {"subtotal", "order_discount"} & set(self.amounts):
            return []
        rows = np.flatnonzero(self.sold & (self.order >= 0))
        groups = pd.Series(rows).groupby(self.order[rows], sort=False).indices
        return [rows[places] for places in groups.values()]

    @staticmethod
    def _reduction(rows: Whole, subtotal: Money, off: Money, whole: int) -> int:
        """The difference between an order's lines and its total: from its subtotal, else from its discount."""
        subtotals = set(subtotal.values[rows][subtotal.there[rows]].tolist())
        if (
            len(subtotals) == 1
            and 0 <= (after := subtotals.pop()) <= whole
            and (len(rows) == 1 or subtotal.there[rows].sum() in (1, len(rows)))
        ):
            return whole - after
        discounts = off.values[rows][off.there[rows]]
        return min(abs(int(discounts[0])), max(whole, 0)) if len(discounts) else 0

    def refunds(self, worth: Whole, returned: Flags) -> tuple[Whole, Whole]:
        """Refunds in orders: the row of each, and the amount. `returned`: rows whose status is fully refunded."""
        refunded = self._of("refunded")
        rows = np.flatnonzero(self.sold & (worth > 0))
        table = pd.DataFrame({
            "order": np.where(self.order[rows] >= 0, self.order[rows], -2 - rows),
            "worth": worth[rows],
            "said": np.where(refunded.there[rows], np.abs(refunded.values[rows]), 0),
            "told": refunded.there[rows] & (refunded.values[rows] != 0),
            "all": returned[rows],
            "row": rows,
        })  # fmt: skip
        orders = table.groupby("order", sort=False).agg(
            worth=("worth", "sum"), said=("said", "max"), told=("told", "any"), all=("all", "any"), row=("row", "first")
        )
        back = np.where(orders.told, np.minimum(orders.said, orders.worth), np.where(orders["all"], orders.worth, 0))
        if (orders.told & (orders.said > orders.worth)).any():
            self.notes.append(
                "what was refunded beyond the goods (shipping, tax) is left out, as it is no revenue here"
            )
        if len(some := np.flatnonzero(back)):
            self.notes.append(
                f"refunds of {len(some):,} orders are counted at the time of the order; the file has no other"
            )
        return orders.row.to_numpy(np.int64)[some], back[some].astype(np.int64)
