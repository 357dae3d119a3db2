"""Findings on sales: the best day, the largest country or product, unusual days."""

import pandas as pd

from shoplib.analytics.headlines import words

# Before a day is called out of the ordinary: days looked at, days that were judged, and the share of them with sales.
FEWEST_DAYS, FEWEST_JUDGED, FEWEST_BUSY = 56, 28, 0.5
# With a larger share of the days outside, the band does not describe what is ordinary.
MOST_ODD = 0.05


def best(table: pd.DataFrame, currency: str | None, each: str = "day") -> str | None:
    """The best day (week) of `sales_by(events, "day")`; None with fewer than two, or without revenue."""
    money = table.revenue.astype("float64")
    if len(table) < 2 or money.max() <= 0:
        return None
    if (money == money.max()).sum() > 1:
        many = f"{(money == money.max()).sum()} {words.plural(each)} share the first place"
        return f"{many} with {words.money(table.revenue[money.idxmax()], currency)} net each"
    place = money.idxmax()
    start = "week from " if each == "week" else ""
    return f"Best {each}: {start}{words.day(table.day[place])} with {words.money(table.revenue[place], currency)} net"


def top(table: pd.DataFrame, currency: str | None) -> str | None:
    """The largest row of `sales_by(events, key)` among named ones, and its share of their revenue; None if fewer than
    two have a name, or there is no revenue.
    """
    key = table.columns[0]
    with_name = table[table[key].notna()]
    if len(with_name) < 2:
        return None
    if with_name.revenue.max() <= 0:
        return f"No {key} brings more than it gives back"
    first = with_name.loc[with_name.revenue.astype("float64").idxmax()]
    level = int((with_name.revenue == first.revenue).sum())
    if level > 1:
        return f"{level} {words.plural(key)} share the first place with {words.money(first.revenue, currency)} each"
    total = with_name.revenue.sum()
    sentence = f"Top {key}: {words.short(first[key])} with {words.money(first.revenue, currency)}"
    if first.revenue > total:
        return sentence
    of = "all" if len(with_name) == len(table) else f"the lines that name a {key}"
    return f"{sentence}, {words.share(float(first.revenue / total))} of the net revenue of {of}"


def nothing_to_rank(table: pd.DataFrame) -> str | None:
    """Why `sales_by(events, key)` has no top row; None if it has one."""
    key = table.columns[0]
    with_name = table[table[key].notna()]
    if with_name.empty:
        return f"no line names a {key}"
    return f"all lines that name a {key} name {words.short(with_name[key].iloc[0])}" if len(with_name) == 1 else None


def reason_not_to_judge(table: pd.DataFrame) -> str | None:
    """Why no day of `trend(days)` can be called unusual; None if days can."""
    judged = table[table.verdict != "too little history"]
    if len(table) < FEWEST_DAYS or len(judged) < FEWEST_JUDGED:
        have = f"there {'is' if len(table) == 1 else 'are'} {words.count(len(table), 'day')}"
        return f"a verdict on a day needs {FEWEST_DAYS} days of history at least; {have}"
    busy = float((table.value != 0).mean())
    if busy < FEWEST_BUSY:
        return f"only {words.share(busy)} of the days have anything to compare with"
    if table.anomaly.sum() > MOST_ODD * len(judged):
        return (
            f"{table.anomaly.sum()} of {len(judged)} days lie outside of the band: days scatter too much for a verdict"
        )
    return None


def trend(table: pd.DataFrame, what: str) -> str:
    """How many days of `trend(days)` are unusual, and which is most unusual."""
    judged = int((table.verdict != "too little history").sum())
    if not judged:
        return f"{what}: too little history for a verdict ({words.count(len(table), 'day')})"
    odd = table[table.anomaly]
    if odd.empty:
        return f"{what}: none of {words.count(judged, 'day')} is out of the ordinary"
    gap = ((odd.value - odd.expected) / odd.expected.abs().clip(lower=1)).abs()
    worst = odd.loc[gap.idxmax()]
    return (
        f"{what}: {len(odd)} of {words.count(judged, 'day')} out of the ordinary, most of all {worst.day:%d %B %Y} "
        f"with {words.number(worst.value)} where {words.number(worst.expected)} is usual"
    )


def documents(invoices: int, orders: int, refunded: int) -> str | None:
    """How orders and refunds add up to invoices (documents with a line); None without refunds."""
    if not refunded:
        return None
    both = orders + refunded - invoices
    parts = f"{words.count(orders, 'order')} and {words.number(refunded)} with refunds"
    less = f", of which {words.number(both)} {'is' if both == 1 else 'are'} both" if both else ""
    return f"{words.count(invoices, 'invoice')}: {parts}{less}"
