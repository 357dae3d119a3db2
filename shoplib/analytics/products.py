"""Names of products."""

import pandas as pd


def product_names(events: pd.DataFrame) -> pd.Series:
    """The most frequent name of each product_id (the index); on ties, the first by name. People write "returned" and
    "damaged" there, too.
    """
    lines = events.loc[events.product_id.notna() & events.product_name.notna(), ["product_id", "product_name"]]
    counts = lines.value_counts(sort=False).reset_index()
    ordered = counts.sort_values(["count", "product_name"], ascending=[False, True])
    return ordered.drop_duplicates("product_id").set_index("product_id").product_name


def product_labels(lines: pd.DataFrame) -> pd.Series:
    """Each line's product: its name in `product_names(lines)`, else its ID, else the name on the line."""
    names = product_names(lines)
    labels = lines.product_id.map(names) if len(names) else lines.product_id
    return labels.where(labels.notna(), lines.product_id).where(lines.product_id.notna(), lines.product_name)
