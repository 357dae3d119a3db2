"""Amounts and days as people of a language write them, from a table that was made of CLDR's data (`table.py`).

Babel, which reads CLDR itself, is 30 MB and in no layer that AWS publishes; functions need these few of its facts.
"""

from datetime import date

from shoplib.core import currencies, money
from shoplib.core.messages.table import FORMATS


def amount(language: str, amount_minor: money.Amount, currency: str) -> str:
    """An amount that is not negative: `£12.50`, `12,50 £`."""
    form = FORMATS[language]
    digits = f"{currencies.units(amount_minor, currency):,.{currencies.decimals(currency)}f}"
    marks = str.maketrans({",": form.group, ".": form.decimal})
    before, after = form.currencies.get(currency, form.other_currencies)
    return before.format(currency=currency) + digits.translate(marks) + after.format(currency=currency)


def day(language: str, iso_date: str) -> str:
    """A day: `March 4, 2026`, `4. März 2026`."""
    form, moment = FORMATS[language], date.fromisoformat(iso_date)
    return form.day.format(day=moment.day, month=form.months[moment.month - 1], year=moment.year)
