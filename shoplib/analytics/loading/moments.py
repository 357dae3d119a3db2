"""Times as people write them, as moments in UTC."""

import re
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from shoplib.errors import LabError

EPOCH = r"^-?[0-9]{9,19}(?:\.[0-9]+)?$"
ZONED = r"(?:Z|[+-][0-9]{2}:?[0-9]{2}| UTC| GMT)$"
SLASHED = re.compile(r"^\s*([0-9]{1,2})[/.\-]([0-9]{1,2})[/.\-]([0-9]{2,4})")
MICROSECONDS = "datetime64[us]"
# Digits of whole seconds, milliseconds, microseconds and nanoseconds since 1970.
UNITS = ((11, 10**6), (14, 10**3), (17, 1))


@dataclass(frozen=True)
class Moments:
    """Microseconds since 1970 (UTC), which of them are none, and what was assumed."""

    us: npt.NDArray[np.int64]
    bad: npt.NDArray[np.bool_]
    notes: tuple[str, ...]


def moments(column: pa.ChunkedArray, time_zone: str, day_first: bool | None) -> Moments:
    """ISO 8601, numbers of seconds, milli- or microseconds since 1970, and 31/12/2011 23:59. Times without a zone are
    of `time_zone`. An hour that a change of clocks has twice is the first one, one that it leaves out is moved on."""
    zone = _zone(time_zone)
    if pa.types.is_date(column.type) or pa.types.is_timestamp(column.type):
        series = pd.Series(column.cast(pa.timestamp("us", tz=getattr(column.type, "tz", None))).to_pandas())
        return _in(zone, series) if series.dt.tz is None else _utc(series)
    texts = pd.Series(column.to_pandas(), dtype="object").astype("string")
    epoch = texts.str.match(EPOCH).fillna(False).to_numpy(bool)
    zoned = texts.str.contains(ZONED, regex=True).fillna(False).to_numpy(bool) & ~epoch
    naive = ~epoch & ~zoned & texts.notna().to_numpy(bool)
    us, bad = np.zeros(len(texts), np.int64), np.ones(len(texts), bool)
    us[epoch], bad[epoch] = _since_1970(texts[epoch]), False
    parts = [(zoned, _utc(pd.to_datetime(texts[zoned], format="ISO8601", utc=True, errors="coerce")))]
    local = _local(texts[naive], day_first)
    parts.append((naive, _in(zone, local)))
    for which, found in parts:
        us[which], bad[which] = found.us, found.bad
    notes = tuple(note for _, found in parts for note in found.notes)
    return Moments(us, bad, notes)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise LabError(f"there is no time zone {name!r}", 'say "UTC", "Europe/London", ...') from None


def _since_1970(texts: pd.Series) -> npt.NDArray[np.int64]:
    whole = texts.str.replace(r"^-|\..*", "", regex=True).str.len().to_numpy()
    scale = np.select([whole < digits for digits, _ in UNITS], [float(by) for _, by in UNITS], 1e-3)
    fraction = texts.str.contains(".", regex=False).to_numpy(bool)
    if not fraction.any():
        numbers = texts.astype("int64").to_numpy()
        return np.where(scale >= 1, numbers * np.maximum(scale, 1).astype(np.int64), numbers // 1_000)
    return np.round(texts.astype("float64").to_numpy() * scale).astype(np.int64)


def _local(texts: pd.Series, day_first: bool | None) -> pd.Series:
    slashed = texts.str.match(SLASHED.pattern).fillna(False)
    found = pd.Series(pd.NaT, index=texts.index, dtype=MICROSECONDS)
    plain = pd.to_datetime(texts[~slashed], format="ISO8601", errors="coerce").astype(MICROSECONDS)
    found[~slashed] = plain
    if slashed.any():
        first = _day_first(texts[slashed]) if day_first is None else day_first
        dated = pd.to_datetime(texts[slashed], dayfirst=first, format="mixed", errors="coerce").astype(MICROSECONDS)
        found[slashed] = dated
    return found


def _day_first(texts: pd.Series) -> bool:
    """A whole file cannot be read the wrong way round once one of its days is after the 12th."""
    parts = texts.str.extract(SLASHED.pattern)[[0, 1]].astype("int64")
    first, second = int(parts[0].max()), int(parts[1].max())
    if first > 12 >= second:
        return True
    if second > 12 >= first:
        return False
    raise LabError(
        f"dates such as {texts.iloc[0]!r} may start with the day or with the month", "say day_first=True or False"
    )


def _in(zone: ZoneInfo, local: pd.Series) -> Moments:
    """Local times as UTC."""
    missing = local.isna().to_numpy()
    once = local.dt.tz_localize(zone, ambiguous="NaT", nonexistent="shift_forward")
    twice = once.isna().to_numpy() & ~missing
    strict = local.dt.tz_localize(zone, ambiguous=np.ones(len(local), bool), nonexistent="NaT")
    never = strict.isna().to_numpy() & ~missing
    found = local.dt.tz_localize(zone, ambiguous=np.ones(len(local), bool), nonexistent="shift_forward")
    told = [
        f"{int(which.sum()):,} times that {zone} has {what}"
        for which, what in (
            (twice, "twice were taken as the first (summer time)"),
            (never, "not at all were moved to the next that it has"),
        )
        if which.any()
    ]
    return replace(_utc(found), notes=tuple(told))


def _utc(series: pd.Series) -> Moments:
    bad = series.isna().to_numpy()
    us = series.dt.tz_convert("UTC").dt.tz_localize(None).astype(MICROSECONDS).astype("int64").to_numpy()
    return Moments(np.where(bad, 0, us), bad, ())


def as_column(us: npt.NDArray[np.int64], kind: pa.DataType) -> pa.Array:
    return pc.cast(pa.array(us), kind)
