"""What a product is called."""

import pandas as pd


def product_names(events: pd.DataFrame) -> pd.Series:
    """The name of each product_id (the index) that its lines say most often, of equal ones the first by name: people
    write "returned" and "damaged" there, too."""
    lines = events.loc[events.product_id.notna() & events.product_name.notna(), ["product_id", "product_name"]]
    counts = lines.value_counts(sort=False).reset_index()
    ordered = counts.sort_values(["count", "product_name"], ascending=[False, True])
    return ordered.drop_duplicates("product_id").set_index("product_id").product_name


def product_labels(lines: pd.DataFrame) -> pd.Series:
    """Each line's product by its name of `product_names(lines)`, else by its id, else by the name of the line alone."""
    names = product_names(lines)
    labels = lines.product_id.map(names) if len(names) else lines.product_id
    return labels.where(labels.notna(), lines.product_id).where(lines.product_id.notna(), lines.product_name)
