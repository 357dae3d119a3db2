"""What became of the orders that were accepted, beside what the lake says of them: every figure of the report's boxes
can be followed from here."""

import pandas as pd

from shoplib.demo.ledger import OUTCOMES, SETTLED
from shoplib.demo.proofs import Run

WEB, IMPORT = "simulated shoppers", "replayed invoices"


def settled_orders(run: Run, events: pd.DataFrame) -> pd.DataFrame:
    """One row per world of this run: orders accepted, and what became of them (DynamoDB), and orders with a purchase,
    with a refund, and with either in the lake (S3)."""
    sides = [(WEB, run.web_orders), (IMPORT, run.imported_orders)]
    return pd.DataFrame([_row(name, ids, run, events) for name, ids in sides if ids])


def _row(name: str, ids: set[str], run: Run, events: pd.DataFrame) -> dict[str, object]:
    items = [run.after.orders.get(each, {}) for each in ids]
    states = pd.Series([SETTLED.get(item.get("status", ""), "open") for item in items], dtype="str")
    lines = events[events.order_id.isin(ids)]
    return {
        "world": name,
        "accepted": len(ids),
        **{state: int((states == state).sum()) for state in OUTCOMES},
        "orders_in_lake": lines.order_id[lines.event_name == "purchase"].nunique(),
        "refunds_in_lake": lines.order_id[lines.event_name == "refund"].nunique(),
        "invoices_in_lake": lines.order_id.nunique(),
    }
