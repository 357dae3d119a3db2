"""Seeded crowds of events, and a plain reading of them: what the tests of the behaviour analyses compare with."""

import random
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pandas as pd

from shoplib.core import ids, lake

START = datetime(2026, 1, 31, 23, 0, tzinfo=UTC)
STEPS = ["view_item", "add_to_cart", "begin_checkout", "purchase"]
SOURCES = [("google", "organic", None), ("google", "cpc", "spring"), (None, None, None), ("news", "email", "may")]

Event = dict[str, Any]


def event(number: int, name: str, seconds: float, visitor: str = "ann", **fields: Any) -> Event:
    moment = START + timedelta(seconds=seconds)
    sale = {"order_id": f"order-{number}", "order_line": 1, "value_minor": Decimal(850), "quantity": 1}
    return {
        "event_id": ids.derived_id(number),
        "event_time": moment,
        "ingest_time": moment + timedelta(seconds=1),
        "event_name": name,
        "schema_version": 1,
        "anonymous_id": visitor,
        "device": "desktop",
        "channel": "web",
        "currency": "GBP",
        **(sale if name in ("purchase", "refund") else {}),
        **fields,
    }


def frame(*rows: Event) -> pd.DataFrame:
    """Events as the lake gives them."""
    blank = lake.SCHEMA.empty_table().to_pandas()
    if not rows:
        return blank
    made = pd.DataFrame(rows)
    for name in ("event_time", "ingest_time"):
        made[name] = made[name].astype(blank[name].dtype)
    return made.reindex(columns=blank.columns).astype({"user_id": "object", "user_agent": "object"})


def crowd(seed: int, count: int, *, spread: int = 40_000, visitors: str = "abcdefgh", tick: int = 1) -> list[Event]:
    """Random events; a `tick` of more seconds makes many of them happen at the same moment."""
    dice = random.Random(seed)
    made = []
    for number in range(count):
        source, medium, campaign = dice.choice(SOURCES)
        made.append(
            event(
                number,
                dice.choice([*STEPS, "view_item", "search"]),
                dice.randrange(0, spread, tick),
                dice.choice(visitors),
                device=dice.choice(["mobile", "desktop"]),
                category=dice.choice(["toys", "lamps", None]),
                source=source,
                medium=medium,
                campaign=campaign,
            )
        )
        if made[-1]["event_name"] == "purchase":
            made[-1]["value_minor"] = Decimal(dice.randrange(1, 100_000)) / dice.choice([1, 10, 1000])
    return made


def visits(rows: list[Event], per: str = "session") -> list[list[Event]]:
    """The events of each session, or of each visitor, in order."""
    own = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row["event_time"], row["event_id"])):
        if row["channel"] != "import" and row["event_name"] != "refund":
            own[row["anonymous_id"]].append(row)
    return list(own.values()) if per == "visitor" else [part for mine in own.values() for part in split(mine)]


def split(mine: list[Event]) -> list[list[Event]]:
    parts: list[list[Event]] = []
    for row in mine:
        if not parts or row["event_time"] - parts[-1][-1]["event_time"] > timedelta(minutes=30):
            parts.append([])
        parts[-1].append(row)
    return parts
