"""Parses times in common formats, as UTC."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from shoplib.analytics import zones
from shoplib.analytics.loading import dates

Flags = npt.NDArray[np.bool_]
EPOCH = r"^-?[0-9]{9,19}(?:\.[0-9]+)?$"
# 2024010112, 202401011230, 20240101123000, 20240101123000123: digits of a calendar, not since 1970.
COMPACT = r"^(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])(?:[01][0-9]|2[0-3])"
COMPACT_LENGTHS = (10, 12, 14, 17)
# 45292 and 45292.75: days since 1899-12-30, as Excel counts them, of 1954 to 2119.
SERIAL = r"^[2-7][0-9]{4}(?:\.[0-9]+)?$"
ISO = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}"
ZONED = r"(?:[0-9]Z| ?UTC| ?GMT|[:T][0-9]{2}(?:[.,][0-9]+)? ?[+-][0-9]{2}(?::?[0-9]{2})?)$"
EXCEL_BEGINS = np.datetime64("1899-12-30", "us").astype(np.int64)
DAY = 86_400_000_000
MICROSECONDS = "datetime64[us]"
# Digits of whole seconds, milliseconds, microseconds and nanoseconds since 1970.
UNITS = ((11, 10**6), (14, 10**3), (17, 1))
# Of texts that can be read as a calendar's digits, how many have to be.
MOSTLY = 0.9


@dataclass(frozen=True)
class Moments:
    """Microseconds since 1970 (UTC), which rows are invalid, and what was assumed."""

    us: npt.NDArray[np.int64]
    bad: Flags
    notes: tuple[str, ...] = field(default=())


def moments(column: pa.ChunkedArray, time_zone: str, day_first: bool | None) -> Moments:
    """ISO 8601; numbers of seconds, milli-, micro- or nanoseconds since 1970; 2024010112 (yyyymmddhh, and finer);
    31/12/2011 23:59, 31.12.2011, 12/31/2011 11:59 PM, 31 Dec 2011; Excel serial dates. Times without a zone are in
    `time_zone`. In an hour that a clock change repeats, the order of the rows decides; times in a skipped hour are
    moved forward. LabError if the order of day and month is ambiguous.
    """
    zone = zones.zone(time_zone)
    if pa.types.is_date(column.type) or pa.types.is_timestamp(column.type):
        return _from_timestamps(column, zone)
    texts = pd.Series(column.to_pandas(), dtype="object").astype("string").reset_index(drop=True)
    us, bad, notes = np.zeros(len(texts), np.int64), np.ones(len(texts), bool), list[str]()
    kinds = _kinds(texts)
    us[kinds["epoch"]], bad[kinds["epoch"]] = _since_1970(texts[kinds["epoch"]]), False
    zoned = kinds["zoned"]
    us[zoned], bad[zoned] = _with_zone(texts[zoned], day_first, notes)
    local = np.zeros(len(texts), MICROSECONDS)
    local[:] = np.datetime64("NaT", "us")
    for kind, read in (("compact", _compact), ("serial", _serial)):
        local[kinds[kind]] = read(texts[kinds[kind]])
    if kinds["serial"].any():
        example = texts[kinds["serial"]].iloc[0]
        day = str(local[kinds["serial"]][0])[:16].replace("T", " ")
        notes.append(f"numbers such as {example} are Excel serial dates, days since 1899-12-30: {day}")
    rest = kinds["rest"]
    local[rest] = dates.read(texts[rest], day_first, notes)
    here = kinds["compact"] | kinds["serial"] | rest
    us[here], bad[here] = zones.to_utc(local[here], zone, notes)
    return Moments(us, bad, tuple(dict.fromkeys(notes)))


def _from_timestamps(column: pa.ChunkedArray, zone: zones.ZoneInfo) -> Moments:
    """From timestamp columns; precision finer than microseconds is truncated."""
    aware = getattr(column.type, "tz", None)
    cut = pc.cast(column, pa.timestamp("us", tz=aware), safe=False)
    us = pc.fill_null(cut.cast(pa.int64()), 0).to_numpy().astype(np.int64)
    missing = column.is_null().to_numpy()
    if aware:
        return Moments(us, missing)
    local = us.astype(MICROSECONDS)
    local[missing] = np.datetime64("NaT", "us")
    notes: list[str] = []
    return Moments(*zones.to_utc(local, zone, notes), tuple(notes))


def _kinds(texts: pd.Series) -> dict[str, Flags]:
    """The format of each text; every text has exactly one."""
    digits = _matches(texts, EPOCH)
    compact = digits & _matches(texts, COMPACT) & texts.str.len().isin(COMPACT_LENGTHS).to_numpy(bool)
    lengths = texts.str.len().isin((12, 14, 17)).fillna(False).to_numpy(bool) & digits
    # Ten digits may be seconds, but only of 2030 and later, so that a column of them decides.
    if not compact.any() or compact.sum() < MOSTLY * (digits & (lengths | _matches(texts, r"^20[0-9]{8}$"))).sum():
        compact &= lengths
    serial = _matches(texts, SERIAL)
    zoned = ~digits & ~serial & texts.str.contains(ZONED, regex=True).fillna(False).to_numpy(bool)
    zoned &= ~_matches(texts, r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
    epoch = digits & ~compact
    rest = ~(epoch | compact | serial | zoned) & texts.notna().to_numpy(bool)
    return {"epoch": epoch, "compact": compact, "serial": serial, "zoned": zoned, "rest": rest}


def _matches(texts: pd.Series, pattern: str) -> Flags:
    return texts.str.match(pattern).fillna(False).to_numpy(bool)


def _with_zone(texts: pd.Series, day_first: bool | None, notes: list[str]) -> tuple[npt.NDArray[np.int64], Flags]:
    iso = _matches(texts, ISO)
    us, bad = np.zeros(len(texts), np.int64), np.ones(len(texts), bool)
    plain = texts.str.replace(r" ?(?:UTC|GMT)$", "Z", regex=True)
    times = pd.to_datetime(plain[iso], format="ISO8601", utc=True, errors="coerce")
    us[iso], bad[iso] = _microseconds(times), times.isna().to_numpy()
    if (~iso).any():
        us[~iso], bad[~iso] = _other_with_zone(plain[~iso], day_first, notes)
    return us, bad


def _other_with_zone(texts: pd.Series, day_first: bool | None, notes: list[str]) -> tuple[npt.NDArray[np.int64], Flags]:
    """05/01/2024 10:00 +0100."""
    parts = texts.str.extract(r"^(.*?)\s*(?:Z|([+-])([0-9]{2}):?([0-9]{2})?)$")
    local = dates.read(parts[0].fillna(""), day_first, notes)
    minutes = parts[2].fillna("0").astype("int64") * 60 + parts[3].fillna("0").astype("int64")
    minutes = minutes.where(parts[1] != "-", -minutes).to_numpy()
    bad = np.isnat(local)
    return np.where(bad, 0, local.astype(np.int64) - minutes * 60_000_000), bad


def _microseconds(times: pd.Series) -> npt.NDArray[np.int64]:
    us = times.dt.tz_localize(None).astype(MICROSECONDS).astype("int64").to_numpy()
    return np.where(times.isna().to_numpy(), 0, us)


def _since_1970(texts: pd.Series) -> npt.NDArray[np.int64]:
    whole = texts.str.replace(r"^-|\..*", "", regex=True).str.len().to_numpy()
    scale = np.select([whole < digits for digits, _ in UNITS], [float(by) for _, by in UNITS], 1e-3)
    fraction = texts.str.contains(".", regex=False).to_numpy(bool)
    if not fraction.any():
        numbers = texts.astype("int64").to_numpy()
        return np.where(scale >= 1, numbers * np.maximum(scale, 1).astype(np.int64), numbers // 1_000)
    return np.round(texts.astype("float64").to_numpy() * scale).astype(np.int64)


def _compact(texts: pd.Series) -> npt.NDArray[np.datetime64]:
    padded = texts.str.pad(17, side="right", fillchar="0")
    times = pd.to_datetime(padded.str[:14] + "." + padded.str[14:], format="%Y%m%d%H%M%S.%f", errors="coerce")
    return times.astype(MICROSECONDS).to_numpy()


def _serial(texts: pd.Series) -> npt.NDArray[np.datetime64]:
    days = texts.astype("float64").to_numpy()
    # Excel's own fractions are right to about half a millisecond.
    return (EXCEL_BEGINS + np.round(days * DAY / 1_000).astype(np.int64) * 1_000).astype(MICROSECONDS)


def as_column(us: npt.NDArray[np.int64], kind: pa.DataType) -> pa.Array:
    return pc.cast(pa.array(us), kind)
