"""What each column of the exported tables means."""

import pandas as pd

COLUMNS = ["table", "column", "type", "meaning"]
CUSTOMERS = "customers are user_ids that purchases name"
MEANINGS = {
    "world": "the source that a figure is of",
    "figure": "name of the figure",
    "value": "the figure, as shown",
    "step": "event of the funnel",
    "sessions": "sessions: events of one visitor without a pause of more than 30 minutes",
    "visitors": "distinct visitors: the signed-in user, else the anonymous id",
    "rate_from_first": "share of those at the first step",
    "rate_from_previous": "share of those at the step before",
    "low": "lower end: of a rate Wilson's 95 % interval, of a day the lowest ordinary value",
    "high": "upper end, as `low`",
    "median_seconds": "median time since the first step, seconds",
    "p90_seconds": "90th percentile of the time since the first step, seconds",
    "stage": "what was begun: cart or checkout",
    "purchased": "of them with a purchase in the same session",
    "abandoned": "of them without a purchase in the same session",
    "rate": "share of the row's sessions (visitors), 0 to 1",
    "purchases": "sessions (visitors) with a purchase",
    "device": "first device of the session; empty: none is named",
    "source": "first source of the session; empty: none is named",
    "day": "day, YYYY-MM-DD, in the time zone of the report",
    "country": "country of the order line; empty: none is named",
    "category": "category of the order line; empty: none is named",
    "product": "product: the name that its lines say most often, else its id",
    "orders": "distinct orders with a purchase; of a pair: orders with both products",
    "pieces": "pieces bought less pieces returned",
    "revenue": "purchases less refunds, in major units of the world's currency, exact",
    "aov": "average order value: revenue / orders, rounded to a hundredth",
    "expected": "median of the same weekday in the eight weeks before",
    "verdict": "normal, high, low, or too little history",
    "anomaly": "whether the day lies outside of its band",
    "cohort": "month of the first order",
    "size": f"customers of the cohort; {CUSTOMERS}",
    "days": "days since the first order",
    "share": "share of customers, 0 to 1; over time by Kaplan-Meier",
    "at_risk": "customers observed that long without a second order",
    "segment": "by scores of recency and frequency (`analytics.rfm`)",
    "customers": CUSTOMERS,
    "revenue_share": "share of the revenue of all customers, 0 to 1",
    "median_recency_days": "median days since the last purchase",
    "orders_each": "mean number of orders of a customer",
    "name_a": "name of product_a",
    "name_b": "name of product_b",
    "product_a": "id of the first product of a pair",
    "product_b": "id of the second product of a pair",
    "support": "orders with both / all orders with a product",
    "confidence_ab": "orders with both / orders with product_a",
    "confidence_ba": "orders with both / orders with product_b",
    "lift": "how many times more often together than by chance",
    "lift_low": "lower end of the lift's 95 % interval",
    "what": "what was counted",
    "count": "how many",
    "accepted": "orders that checkout or the replay handed over",
    "confirmed": "orders whose stock was reserved and that were kept; each is a purchase in the lake",
    "returned": "imported returns; each is a refund in the lake",
    "cancelled": "orders that their buyers cancelled; what was purchased is refunded in the lake",
    "refunded": "orders of which pieces came back; each is a purchase and a refund in the lake",
    "rejected": "orders refused for lack of stock; none is in the lake",
    "orders_in_lake": "orders with a purchase in the lake",
    "refunds_in_lake": "orders with a refund in the lake",
    "invoices_in_lake": "orders with a purchase or a refund in the lake",
}
AGE = "share of the cohort that ordered so many months after the first order; empty: not observable yet"


def dictionary(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Columns: table, column, type (pandas' or Decimal), meaning."""
    meanings = [
        (name, str(column), _type(table[column]), meaning(column))
        for name, table in tables.items()
        for column in table.columns
    ]
    return pd.DataFrame(meanings, columns=COLUMNS)


def meaning(column: object) -> str:
    return AGE if isinstance(column, int) else MEANINGS[str(column)]


def _type(values: pd.Series) -> str:
    kinds = {type(value).__name__ for value in values.dropna()} if values.dtype == object else set()
    return (
        kinds.pop() if len(kinds) == 1 else "text" if kinds or values.dtype.kind not in "iufbM" else str(values.dtype)
    )
