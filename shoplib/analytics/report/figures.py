"""Key figures of each world, with source, period and coverage; a figure without data is not shown."""

from dataclasses import dataclass

import pandas as pd

from shoplib.analytics.conversion import abandonment
from shoplib.analytics.headlines import sales as headlines
from shoplib.analytics.headlines import words
from shoplib.analytics.report.behaviour import visits_of
from shoplib.analytics.report.worlds import World
from shoplib.analytics.sales import totals

SALES_OF = "Sales"


@dataclass(frozen=True)
class Box:
    """A world's `figures` (name, value) and a sentence that reconciles them."""

    name: str
    of: str
    figures: list[tuple[str, str]]
    note: str = ""


def boxes(visits: pd.DataFrame, each_world: list[World], visitors: str) -> list[Box]:
    """One box of visits, if there are any, and one per world of sales."""
    browsed = [Box(f"Visits: {visitors}", visits_of(visits, ""), of_visits(visits))] if len(visits) else []
    return browsed + [_sales(world) for world in each_world]


def of_visits(visits: pd.DataFrame) -> list[tuple[str, str]]:
    """The figures of visits: conversion only if there are purchases, carts only if there are any."""
    figures = [("sessions", words.number(len(visits))), ("visitors", words.number(visits.visitor.nunique()))]
    if visits.purchased.any():
        figures.append(("conversion, of sessions", words.share(float(visits.purchased.mean()))))
        rates = abandonment(visits).dropna(subset=["rate"])
        figures += [
            (f"{row.stage} abandonment, of {words.count(row.sessions, row.stage)}", words.share(row.rate))
            for row in rates.itertuples()
        ]
    return figures


def _sales(world: World) -> Box:
    known = totals(world.lines)
    figures = [(words.net_revenue(world.currency), words.number(known["net_revenue"], words.digits(world.currency)))]
    things = {"orders": "order", "lines": "line", "customers": "customer", "countries": "country"}
    figures += [
        (_noun(name, known[name], thing), words.number(known[name])) for name, thing in things.items() if known[name]
    ]
    back = world.lines.order_id[world.lines.event_name == "refund"].nunique()
    notes = [headlines.documents(known["invoices"], known["orders"], back), _without_customer(world.lines)]
    return Box(f"{SALES_OF}: {world.name}", world.of(), figures, "; ".join(filter(None, notes)))


def _without_customer(lines: pd.DataFrame) -> str:
    """How many invoices have no customer; empty if none or all have one."""
    anonymous = lines[lines.user_id.isna()].order_id.nunique()
    if not anonymous or lines.user_id.isna().all():
        return ""
    return f"{words.number(anonymous)} of {words.count(lines.order_id.nunique(), 'invoice')} name no customer"


def _noun(plural: str, many: int, thing: str) -> str:
    return thing if many == 1 else plural
