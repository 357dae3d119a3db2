"""Market basket analysis: pairs of products in one order (R. Agrawal, T. Imielinski, A. Swami, 1993,
doi:10.1145/170036.170072)."""

import numpy as np
import pandas as pd

from shoplib.errors import LabError

# Of a standard normal distribution: 95 % lie within.
Z = 1.959963984540054
COLUMNS = ["product_a", "product_b", "orders", "support", "confidence_ab", "confidence_ba", "lift"]
FEWEST = 10


def basket(events: pd.DataFrame, minimum: int = FEWEST) -> pd.DataFrame:
    """Pairs of products that occur together in at least `minimum` orders, most orders first, then by name.

    Columns: product_a, product_b (product_id, a < b), orders (with both), support (of all orders with a product),
    confidence_ab (orders with both / with a), confidence_ba, lift (how many times more often than by chance:
    orders x all / (with a x with b)). Quantity does not matter. Returned products still count as bought together:
    refunds are ignored.

    A product in fewer than `minimum` orders cannot be in a pair and is left out first; the work then grows with the
    sum of squares of the orders' different products: 0.5 s for 20,000 orders of 20.
    """
    if minimum < 1:
        raise LabError(f"minimum={minimum} is not a positive number", "minimum is a number from 1 on")
    lines = events.loc[events.event_name == "purchase", ["order_id", "product_id"]].dropna().drop_duplicates()
    every = lines.order_id.nunique()
    sizes = lines.product_id.value_counts()
    lines = lines[lines.product_id.map(sizes) >= minimum]
    if lines.empty:
        return pd.DataFrame(columns=COLUMNS).astype(_TYPES)
    orders, _ = pd.factorize(lines.order_id)
    names = np.array(sorted(lines.product_id.unique()), object)
    products = np.searchsorted(names.astype(str), lines.product_id.to_numpy(dtype=str))
    from scipy.sparse import csr_matrix, triu  # takes a quarter of a second

    has = csr_matrix((np.ones(len(lines), np.int32), (orders, products)), shape=(orders.max() + 1, len(names)))
    together = triu(has.T @ has, k=1).tocoo()
    frequent = together.data >= minimum
    count, many = together.data[frequent].astype(np.int64), sizes.reindex(names).to_numpy(dtype=np.int64)
    with_a, with_b = many[together.row[frequent]], many[together.col[frequent]]
    table = pd.DataFrame(
        {
            "product_a": names[together.row[frequent]],
            "product_b": names[together.col[frequent]],
            "orders": count,
            "support": count / every,
            "confidence_ab": count / with_a,
            "confidence_ba": count / with_b,
            "lift": count * every / (with_a * with_b),
        }
    )
    keys, rising = ["orders", "product_a", "product_b"], [False, True, True]
    return table.sort_values(keys, ascending=rising, ignore_index=True).astype(_TYPES)


def with_bound(pairs: pd.DataFrame) -> pd.DataFrame:
    """`basket(events)` with `lift_low`, the lower end of the lift's 95 % interval, sorted by it, highest first.

    The interval is Wald's of the logarithm of the lift (delta method over the counts of orders with both, with one and
    with neither): a pair with a high lift in ten orders ranks below a pair in a thousand orders that is clearly above
    chance.
    """
    rest = (2 * pairs.lift - 1) * pairs.support - pairs.confidence_ab - pairs.confidence_ba
    spread = np.sqrt(((1 + rest) / pairs.orders).clip(lower=0).astype("float64"))
    bounded = pairs.assign(lift_low=pairs.lift * np.exp(-Z * spread))
    keys, rising = ["lift_low", "orders", "product_a", "product_b"], [False, False, True, True]
    return bounded.sort_values(keys, ascending=rising, ignore_index=True)


def with_names(pairs: pd.DataFrame, names: pd.Series) -> pd.DataFrame:
    """Pairs with the names of their products (`product_names(events)`) as first columns; a product without a name keeps
    its ID.
    """
    labels = {f"name_{side}": _display_names(pairs[f"product_{side}"], names) for side in ("a", "b")}
    return pd.concat([pd.DataFrame(labels), pairs], axis=1)


def _display_names(products: pd.Series, names: pd.Series) -> pd.Series:
    return products.map(names).where(products.isin(names.index), products).astype("str")


_TYPES = dict.fromkeys(COLUMNS[3:], "float64") | {"orders": "int64", "product_a": "str", "product_b": "str"}


def related_products(events: pd.DataFrame, count: int = 5, minimum: int = FEWEST) -> pd.DataFrame:
    """Related products of each product: pairs of `basket(events, minimum)` that are bought together more often than by
    chance (lift > 1), sorted by common orders, then lift (highest first), then name; up to `count` each.

    Columns: product_id, rank (from 1), related, orders, confidence (orders with both / with product_id), lift.
    """
    pairs = basket(events, minimum)
    pairs = pairs[pairs.lift > 1]
    one = pairs.rename(columns={"product_a": "product_id", "product_b": "related", "confidence_ab": "confidence"})
    other = pairs.rename(columns={"product_b": "product_id", "product_a": "related", "confidence_ba": "confidence"})
    columns = ["product_id", "related", "orders", "confidence", "lift"]
    both = pd.concat([one[columns], other[columns]], ignore_index=True)
    both = both.sort_values(["product_id", "orders", "lift", "related"], ascending=[True, False, False, True])
    ranked = both.assign(rank=both.groupby("product_id").cumcount() + 1)
    return ranked.loc[ranked["rank"] <= count, ["product_id", "rank", *columns[1:]]].reset_index(drop=True)
