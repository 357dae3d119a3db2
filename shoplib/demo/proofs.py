"""What must be true when the shop has come to rest: each proof compares two sources and keeps both figures."""

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal

import pandas as pd

from shoplib.architecture import Live
from shoplib.demo.ledger import SETTLED, Ledger
from shoplib.lab import Lab


@dataclass(frozen=True)
class Proof:
    """A claim, whether it held, and the figures on both sides."""

    claim: str
    ok: bool
    detail: str


@dataclass(frozen=True)
class Run:
    """One run's input: what was accepted, what was replayed, and the shop's state before and after; the ids of the
    shoppers' sessions, and the steps that they themselves counted (event name -> times)."""

    web_orders: set[str]
    imported_orders: set[str]
    imported_lines: int
    imported_minor: Decimal
    before: Ledger
    after: Ledger
    sessions: set[str] = field(default_factory=set)
    steps: Counter[str] = field(default_factory=Counter)

    @property
    def accepted(self) -> set[str]:
        return self.web_orders | self.imported_orders


def prove(lab: Lab, run: Run, events: pd.DataFrame, seen: Live) -> list[Proof]:
    """All proofs of a run. `events` is the cleaned lake, `seen` the picture of the calls that were made."""
    proofs = [
        prove_settlement(run),
        stock(run),
        web_revenue(run, events),
        prove_events(run, events),
        *dead_letters(lab),
        quarantine(lab),
        *prove_declared(seen.uses),
    ]
    return [*proofs, *_import(run, events)] if run.imported_orders else proofs


def prove_settlement(run: Run) -> Proof:
    status = {order_id: run.after.orders.get(order_id, {}).get("status") for order_id in run.accepted}
    open_orders = sorted(order_id for order_id, state in status.items() if state not in SETTLED)
    detail = _outcomes([str(state) for state in status.values()])
    if open_orders:
        detail += f"; {len(open_orders)} not settled, first {open_orders[0]}"
    claim = "every accepted order is in the orders table, once, and waits for nothing"
    return Proof(claim, not open_orders, f"{len(run.accepted):,} accepted: {detail}")


def _outcomes(states: list[str]) -> str:
    """What became of orders, counted as the report's table does: a confirmed order may be on its way already."""
    counts = Counter(SETTLED.get(state, state) for state in states)
    ordered = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    later = counts["confirmed"] - states.count("confirmed")
    notes = {"confirmed": f" ({later:,} of them packed, shipped or delivered)"} if later else {}
    return ", ".join(f"{count:,} {outcome}{notes.get(outcome, '')}" for outcome, count in ordered)


def stock(run: Run) -> Proof:
    """Pieces on the shelf before, less what new orders took, are the pieces there now."""
    new = {order_id for order_id in run.after.orders if order_id not in run.before.orders}
    moved = run.after.pieces_moved(new)
    expected = {product: run.before.stock.get(product, 0) - moved[product] for product in run.after.stock}
    wrong = [product for product, pieces in run.after.stock.items() if pieces != expected[product]]
    below = [product for product, pieces in run.after.stock.items() if pieces < 0]
    detail = f"{sum(moved.values()):,} pieces moved over {len(run.after.stock):,} products"
    detail += f"; wrong: {wrong[:3]}, below zero: {below[:3]}" if wrong or below else ""
    return Proof(
        "stock = what was there - what was sold + what came back, never below zero", not (wrong or below), detail
    )


def web_revenue(run: Run, events: pd.DataFrame) -> Proof:
    """Of this run's orders: the lake may have events of shoppers who came by another way."""
    table = run.after.amount_minor(run.web_orders, "web")
    lake = _net_minor(events[events.order_id.isin(run.web_orders)])
    claim = "shoppers' revenue in S3 = shoppers' confirmed orders in DynamoDB"
    return Proof(claim, table == lake, f"{pounds(lake)} in S3, {pounds(table)} in DynamoDB")


def prove_events(run: Run, events: pd.DataFrame) -> Proof:
    """The shoppers' own count of their steps, and the lines that they bought, against the events of their sessions."""
    orders = [run.after.orders.get(order_id, {}) for order_id in run.web_orders]
    lines = sum(len(order["lines"]) for order in orders if order.get("sold"))
    expected = run.steps + Counter(purchase=lines)
    seen = Counter(events.event_name[events.session_id.isin(run.sessions)])
    wrong = [
        f"{name}: {seen[name]:,} events, {expected[name]:,} steps"
        for name in sorted(seen | expected)
        if seen[name] != expected[name]
    ]
    detail = "; ".join(wrong) or ", ".join(f"{count:,} {name}" for name, count in seen.most_common())
    return Proof("each step that a shopper took is one event in S3, and nothing else is", seen == expected, detail)


def _import(run: Run, events: pd.DataFrame) -> list[Proof]:
    of_import = events[events.order_id.isin(run.imported_orders)]
    lake, table = _net_minor(of_import), run.after.amount_minor(run.imported_orders, "import")
    exact = Proof(
        "replayed invoices' revenue in S3 = in DynamoDB = in the data set, exactly",
        lake == run.imported_minor == table,
        f"{pounds(lake)} in S3, {pounds(table)} in DynamoDB, {pounds(run.imported_minor)} in the data set",
    )
    lines = Proof(
        "each invoice line is one event in S3",
        len(of_import) == run.imported_lines,
        f"{len(of_import):,} events, {run.imported_lines:,} lines",
    )
    return [exact, lines]


def dead_letters(lab: Lab) -> list[Proof]:
    queues = {
        "orders": lab.outputs("fulfilment")["OrdersDeadLetterQueueUrl"],
        "analytics": lab.outputs("clickstream")["AnalyticsFailuresQueueUrl"],
        "shop events": lab.outputs("rest")["ShopEventsFailuresQueueUrl"],
        "order events": lab.outputs("fulfilment")["OrderEventsFailuresQueueUrl"],
    }
    return [_empty(lab, name, url) for name, url in queues.items()]


def _empty(lab: Lab, name: str, url: str) -> Proof:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    counts = lab.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    messages = sum(int(count) for count in counts.values())
    return Proof(
        f"nothing was given up on: the {name} dead-letter queue is empty", messages == 0, f"{messages} messages"
    )


def quarantine(lab: Lab) -> Proof:
    bucket = lab.outputs("clickstream")["LakeBucketName"]
    listed = lab.client("s3").list_objects_v2(Bucket=bucket, Prefix="quarantine/")
    count = listed["KeyCount"]
    return Proof("no event was malformed: the quarantine is empty", count == 0, f"{count} records")


def prove_declared(uses: pd.DataFrame) -> list[Proof]:
    """Nothing where nobody says who called whom: on AWS itself."""
    used, strays = uses[uses.verdict == "proven"], uses[uses.verdict == "used, not declared"]
    if used.empty and strays.empty:
        return []
    undeclared = ", ".join(f"{row.source} → {row.target}" for row in strays.itertuples())
    detail = f"{len(used):,} of {len(uses) - len(strays):,} connections used" + (
        f"; not declared: {undeclared}" if undeclared else ""
    )
    return [Proof("every call that was made is declared in a template", strays.empty, detail)]


def _net_minor(events: pd.DataFrame) -> Decimal:
    """Purchases less refunds in minor units, exact."""
    purchases = events.value_minor[events.event_name == "purchase"]
    refunds = events.value_minor[events.event_name == "refund"]
    return sum(purchases, Decimal(0)) - sum(refunds, Decimal(0))


def pounds(minor: Decimal) -> str:
    """Minor units as pounds, with every decimal that there is (at least two)."""
    return f"{minor / 100:,.3f}".removesuffix("0")
