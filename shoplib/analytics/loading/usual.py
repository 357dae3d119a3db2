"""Common names, from `usual.toml`."""

import tomllib
from functools import cache
from importlib.resources import files

# Fields that only shape amounts and orders; no columns of the lake.
SHAPING = ("total", "subtotal", "discount", "order_discount", "refunded", "status", "cancelled_at", "clock")
# GA4's counters of what happened in one request, coarsest first.
BATCH = ("batchpageid", "batchorderingid", "batcheventindex")
Names = dict[str, tuple[str, ...]]


@cache
def _tables() -> dict[str, Names]:
    text = (files("shoplib.analytics.loading") / "usual.toml").read_text(encoding="utf-8")
    return {
        table: {name: tuple(words.split()) for name, words in rows.items()}
        for table, rows in tomllib.loads(text).items()
    }


def columns() -> Names:
    """Ours -> names of columns."""
    return _tables()["columns"]


def events() -> Names:
    """Ours -> names of events."""
    return _tables()["events"]


def statuses() -> Names:
    """never_paid, given_back, not_yet (paid), paid -> names of order statuses."""
    return _tables()["statuses"]


def known_statuses() -> frozenset[str]:
    """All known statuses."""
    return frozenset(name for names in statuses().values() for name in names)
