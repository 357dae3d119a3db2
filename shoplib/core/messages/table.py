"""Made by `python -m shoplib.messages` from CLDR's data; not to be edited."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Format:
    """How a language writes amounts and days: marks, what stands before and after digits by currency, a day's pattern
    and the names of months in it."""

    decimal: str
    group: str
    currencies: Mapping[str, tuple[str, str]]
    other_currencies: tuple[str, str]
    day: str
    months: tuple[str, ...]


FORMATS = {
    'en': Format(
        decimal='.',
        group=',',
        currencies={'AUD': ('A$', ''), 'BHD': ('BHD\xa0', ''), 'CAD': ('CA$', ''), 'CHF': ('CHF\xa0', ''), 'DKK': ('DKK\xa0', ''), 'EUR': ('\u20ac', ''), 'GBP': ('\u00a3', ''), 'JPY': ('\u00a5', ''), 'NOK': ('NOK\xa0', ''), 'PLN': ('PLN\xa0', ''), 'SEK': ('SEK\xa0', ''), 'USD': ('$', '')},
        other_currencies=('{currency}\xa0', ''),
        day='{month} {day}, {year}',
        months=('January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'),
    ),
    'de': Format(
        decimal=',',
        group='.',
        currencies={'AUD': ('', '\xa0AU$'), 'BHD': ('', '\xa0BHD'), 'CAD': ('', '\xa0CA$'), 'CHF': ('', '\xa0CHF'), 'DKK': ('', '\xa0DKK'), 'EUR': ('', '\xa0\u20ac'), 'GBP': ('', '\xa0\u00a3'), 'JPY': ('', '\xa0\u00a5'), 'NOK': ('', '\xa0NOK'), 'PLN': ('', '\xa0PLN'), 'SEK': ('', '\xa0SEK'), 'USD': ('', '\xa0$')},
        other_currencies=('', '\xa0{currency}'),
        day='{day}. {month} {year}',
        months=('Januar', 'Februar', 'März', 'April', 'Mai', 'Juni', 'Juli', 'August', 'September', 'Oktober', 'November', 'Dezember'),
    ),
    'es': Format(
        decimal=',',
        group='.',
        currencies={'AUD': ('', '\xa0AUD'), 'BHD': ('', '\xa0BHD'), 'CAD': ('', '\xa0CAD'), 'CHF': ('', '\xa0CHF'), 'DKK': ('', '\xa0DKK'), 'EUR': ('', '\xa0\u20ac'), 'GBP': ('', '\xa0GBP'), 'JPY': ('', '\xa0JPY'), 'NOK': ('', '\xa0NOK'), 'PLN': ('', '\xa0PLN'), 'SEK': ('', '\xa0SEK'), 'USD': ('', '\xa0US$')},
        other_currencies=('', '\xa0{currency}'),
        day='{day} de {month} de {year}',
        months=('enero', 'febrero', 'marzo', 'abril', 'mayo', 'junio', 'julio', 'agosto', 'septiembre', 'octubre', 'noviembre', 'diciembre'),
    ),
    'ar': Format(
        decimal='.',
        group=',',
        currencies={'AUD': ('\u200f', '\xa0AU$'), 'BHD': ('\u200f', '\xa0د.ب.\u200f'), 'CAD': ('\u200f', '\xa0CA$'), 'CHF': ('\u200f', '\xa0CHF'), 'DKK': ('\u200f', '\xa0DKK'), 'EUR': ('\u200f', '\xa0\u20ac'), 'GBP': ('\u200f', '\xa0UK\u00a3'), 'JPY': ('\u200f', '\xa0JP\u00a5'), 'NOK': ('\u200f', '\xa0NOK'), 'PLN': ('\u200f', '\xa0PLN'), 'SEK': ('\u200f', '\xa0SEK'), 'USD': ('\u200f', '\xa0US$')},
        other_currencies=('\u200f', '\xa0{currency}'),
        day='{day} {month} {year}',
        months=('يناير', 'فبراير', 'مارس', 'أبريل', 'مايو', 'يونيو', 'يوليو', 'أغسطس', 'سبتمبر', 'أكتوبر', 'نوفمبر', 'ديسمبر'),
    ),
}
