"""Parses dates in common formats: 2026-01-31, 31/01/2026, 31.01.2026, 1/31/26 2:30 PM, 31 Jan 2026, Jan 31, 2026."""

from functools import cache

import numpy as np
import numpy.typing as npt
import pandas as pd
from babel import Locale
from babel.dates import get_month_names

from shoplib.errors import LabError

Local = npt.NDArray[np.datetime64]
MICROSECONDS = "datetime64[us]"
# Languages whose names of months are read.
LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pt", "pl", "sv")
TIME = (
    r"(?:[T ,]+(?:um |à |at )?(?P<hour>[0-9]{1,2})[:.h](?P<minute>[0-9]{2})"
    r"(?:[:.m](?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]{1,9}))?)?s?\s*(?P<half>[AaPp]\.?[Mm]\.?)?)?\s*$"
)
YEAR_FIRST = r"^(?P<year>[0-9]{4})[-/.](?P<month>[0-9]{1,2})[-/.](?P<day>[0-9]{1,2})" + TIME
NUMBERS = r"^(?P<one>[0-9]{1,2})(?P<mark>[-/.])(?P<two>[0-9]{1,2})[-/.](?P<year>[0-9]{4}|[0-9]{2})\.?" + TIME
DAY_NAME = r"^(?:[^\W\d_]{2,10}\.?,? )?"
MONTH_NAMED = (
    DAY_NAME
    + r"(?P<day>[0-9]{1,2})\.?(?:st|nd|rd|th)?[ \-](?:de )?(?P<name>[^\W\d_]{3,10})"
    + r"\.?[ \-,]+(?:de )?(?P<year>[0-9]{4}|[0-9]{2})"
    + TIME
)
NAME_FIRST = DAY_NAME + r"(?P<name>[^\W\d_]{3,10})\.? (?P<day>[0-9]{1,2})(?:st|nd|rd|th)?,? (?P<year>[0-9]{4})" + TIME
EIGHT = r"^(?P<year>(?:19|20)[0-9]{2})(?P<month>[0-9]{2})(?P<day>[0-9]{2})" + TIME
# Of dates that can be only one way round, how many may be the other way, and are then no dates.
STRAY = 0.05


def read(texts: pd.Series, day_first: bool | None, notes: list[str]) -> Local:
    """Local times; NaT for invalid ones. LabError if the order of day and month is ambiguous."""
    codes, different = pd.factorize(texts)
    times = np.full(len(different) + 1, np.datetime64("NaT", "us"), MICROSECONDS)
    times[:-1] = _each(pd.Series(different, dtype="object").astype("string"), codes, day_first, notes)
    return times[codes]


def _each(texts: pd.Series, codes: npt.NDArray[np.int64], day_first: bool | None, notes: list[str]) -> Local:
    times = (
        pd.to_datetime(texts, format="ISO8601", errors="coerce", utc=False)
        if len(texts)
        else pd.Series([], dtype=MICROSECONDS)
    )
    local = times.astype(MICROSECONDS).to_numpy().copy()
    # Arrow and pandas take "2026" and "2026-01" for days; a year is no moment.
    local[~texts.str.match(r"^[0-9]{4}-?[0-9]{2}-?[0-9]{2}").fillna(False).to_numpy(bool)] = np.datetime64("NaT", "us")
    for pattern in (YEAR_FIRST, EIGHT, MONTH_NAMED, NAME_FIRST):
        _fill(local, texts, pattern)
    _fill_numbers(local, texts, codes, day_first, notes)
    return local


def _fill(local: Local, texts: pd.Series, pattern: str) -> None:
    places = _open(local, texts, pattern)
    if len(places):
        parts = texts.iloc[places].str.extract(pattern)
        month = _months(parts["name"]) if "name" in parts else _to_integers(parts["month"])
        local[places] = _built(parts, month, _to_integers(parts["day"]))


def _open(local: Local, texts: pd.Series, pattern: str) -> npt.NDArray[np.int64]:
    """Rows that are not parsed yet and match this pattern."""
    places = np.flatnonzero(np.isnat(local))
    return places[texts.iloc[places].str.match(pattern).fillna(False).to_numpy(bool)]


def _fill_numbers(
    local: Local, texts: pd.Series, codes: npt.NDArray[np.int64], day_first: bool | None, notes: list[str]
) -> None:
    places = _open(local, texts, NUMBERS)
    if not len(places):
        return
    parts = texts.iloc[places].str.extract(NUMBERS)
    one, two = _to_integers(parts["one"]), _to_integers(parts["two"])
    dotted = parts["mark"].to_numpy() == "."
    first = np.full(len(places), True)
    if (~dotted).any():
        rows = np.bincount(codes[codes >= 0], minlength=len(texts))[places]
        example = str(texts.iloc[places[~dotted][0]])
        first[~dotted] = (
            _day_first(one[~dotted], two[~dotted], rows[~dotted], example, notes) if day_first is None else day_first
        )
    if dotted.any() and day_first is not None:
        first[dotted] = day_first
    local[places] = _built(parts, np.where(first, two, one), np.where(first, one, two))


def _day_first(
    one: npt.NDArray[np.int64], two: npt.NDArray[np.int64], rows: npt.NDArray[np.int64], example: str, notes: list[str]
) -> bool:
    """Whether the day comes first. One day after the 12th decides for the whole file; a stray date that contradicts it
    is invalid.
    """
    days = int(rows[(one > 12) & (one <= 31) & (two <= 12)].sum())
    months = int(rows[(two > 12) & (two <= 31) & (one <= 12)].sum())
    few, many = sorted((days, months))
    if not many or few > max(1, STRAY * many) or few == many:
        raise LabError(
            f"dates such as {example!r} may start with the day or with the month",
            "pass --day-first or --month-first (in Python day_first=True or False)",
        )
    begin = "day" if days > months else "month"
    notes.append(f"dates such as {example} start with the {begin}: {many:,} rows can only be read so")
    return days > months


def _built(parts: pd.DataFrame, month: npt.NDArray[np.int64], day: npt.NDArray[np.int64]) -> Local:
    year = _to_integers(parts["year"])
    # As POSIX has two-digit years.
    year = np.where(year < 69, year + 2000, np.where(year < 100, year + 1900, year))
    hour, minute, second = (_to_integers(parts[name]) for name in ("hour", "minute", "second"))
    half = parts["half"].astype("string").str[:1].str.lower()
    afternoon, morning = ((half == letter).fillna(False).to_numpy(bool) for letter in "pa")
    right = (month >= 1) & (month <= 12) & (day >= 1) & (minute < 60) & (second < 60) & (year > 0)
    right &= np.where(afternoon | morning, (hour >= 1) & (hour <= 12), hour < 24)
    hour = np.where(afternoon, hour % 12 + 12, np.where(morning, hour % 12, hour))
    begin = (np.where(right, (year - 1970) * 12 + month - 1, 0)).astype("datetime64[M]")
    days = (begin + np.timedelta64(1, "M")).astype("datetime64[D]") - begin.astype("datetime64[D]")
    right &= day <= days.astype(np.int64)
    micro = parts["fraction"].fillna("0").str.ljust(6, "0").str[:6].astype("int64").to_numpy()
    past = ((day - 1) * 86_400 + hour * 3_600 + minute * 60 + second) * 1_000_000 + micro
    moment = begin.astype(MICROSECONDS) + past.astype("timedelta64[us]")
    return np.where(right, moment, np.datetime64("NaT", "us"))


def _to_integers(texts: pd.Series) -> npt.NDArray[np.int64]:
    return texts.fillna("0").astype("int64").to_numpy()


def _months(names: pd.Series) -> npt.NDArray[np.int64]:
    known = months()
    return names.str.lower().map(lambda name: known.get(name, known.get(name[:3], 0))).to_numpy(np.int64)


@cache
def months() -> dict[str, int]:
    """Lower-case month names, long and short, without dots -> 1 to 12."""
    months: dict[str, int] = {}
    for language in reversed(LANGUAGES):
        for width in ("abbreviated", "wide"):
            for context in ("format", "stand-alone"):
                names = get_month_names(width, context, Locale(language))
                months |= {name.lower().strip("."): month for month, name in names.items()}
    return months
