"""The report: one HTML file that needs nothing else, no network, no script."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import pandas as pd
from jinja2 import Environment

from shoplib.analytics import report_sections as sections
from shoplib.analytics.clean import Cleaned
from shoplib.analytics.conversion import abandonment, conversion_rate
from shoplib.analytics.loading.loaded import Provenance
from shoplib.analytics.places import Place
from shoplib.analytics.sales import totals
from shoplib.analytics.scan import malformed
from shoplib.analytics.sessions import sessions
from shoplib.core.events import SALES

# (claim, whether it held, what was seen)
Proof = tuple[str, bool, str]
CURRENCY = "GBP"
# What `clean` and the chapters look at: reading no more halves the time and takes a third off the memory.
COLUMNS = (
    *("event_id", "event_time", "event_name", "channel", "user_id", "anonymous_id", "user_agent", "ingest_time"),
    *("device", "source", "country", "product_id", "product_name", "category"),
    *("order_id", "order_line", "value_minor", "quantity", "currency"),
)
FEW_CUSTOMERS = "Too few customers have ordered yet to tell them apart."


def write(
    cleaned: Cleaned,
    path: Path,
    title: str = "Shop report",
    proofs: Sequence[Proof] = (),
    noted: Mapping[str, int] | None = None,
    provenance: Provenance | None = None,
) -> Path:
    """Write the report of cleaned events to `path`.

    The box of data quality tells what cleaning left out, and `noted`: further counts by their names, as `quarantine`
    and the loaders have them; `provenance`: what of a file was used, ignored, assumed and rejected. Amounts are in the
    currency of most sales; sales in others are added as they are, and counted in that box.
    """
    template = (files("shoplib.analytics") / "report.html.j2").read_text(encoding="utf-8")
    visits = sessions(cleaned.events)
    currency, others = _currency(cleaned.events)
    page = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(template)
    text = page.render(
        title=title,
        made=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        figures=_key_figures(cleaned.events, visits, currency),
        proofs=proofs,
        quality=_quality(cleaned, noted or {}, others),
        provenance=provenance,
        chapters=[
            ("Behaviour", "Nobody browsed: there are no sessions.", sections.behaviour(cleaned.events, visits)),
            ("Sales", "Nothing was sold: there are no purchases.", sections.sales(cleaned.events, currency)),
            ("Customers and baskets", FEW_CUSTOMERS, sections.customers(cleaned.events, currency)),
        ],
    )
    path.write_text(text, encoding="utf-8")
    return path


def _currency(events: pd.DataFrame) -> tuple[str, int]:
    """The currency of most sales, and how many are in another."""
    counts = events.currency[events.event_name.isin(SALES)].value_counts()
    return (str(counts.index[0]), int(counts.iloc[1:].sum())) if len(counts) else (CURRENCY, 0)


def quarantine(place: Place) -> dict[str, int]:
    """Malformed records of a lake, for `noted`."""
    return {"malformed, in quarantine": sum(malformed(place).values())}


def _quality(cleaned: Cleaned, noted: Mapping[str, int], others: int) -> list[tuple[str, str]]:
    counted = {"events analysed": len(cleaned.events), **cleaned.dropped, **noted}
    if others:
        counted["sales in other currencies, added as they are"] = others
    return [(reason, f"{count:,}") for reason, count in counted.items()]


def _key_figures(events: pd.DataFrame, visits: pd.DataFrame, currency: str) -> list[tuple[str, str]]:
    known = totals(events)
    rate = conversion_rate(visits).iloc[0]
    shown = [(f"net revenue, {currency}", sections.cell(known["net_revenue"]))]
    shown += [(name, f"{known[name]:,}") for name in ("orders", "invoices", "lines", "customers", "countries")]
    if len(visits):
        shown += [("sessions", f"{len(visits):,}"), ("conversion", f"{rate.rate:.1%}")]
        shown += [("cart abandonment", f"{abandonment(visits).rate[0]:.1%}")]
    return shown
