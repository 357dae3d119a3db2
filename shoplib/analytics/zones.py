"""Time zones: by name, for days and months, and for local times in files."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import numpy.typing as npt
import pandas as pd

from shoplib.errors import LabError

Flags = npt.NDArray[np.bool_]
Local = npt.NDArray[np.datetime64]


def zone(name: str) -> ZoneInfo:
    """The time zone of this name. LabError if it does not exist."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise LabError(f"unknown time zone: {name!r}", 'use "UTC", "Europe/London", ...') from None


def seen_from(events: pd.DataFrame, name: str) -> pd.DataFrame:
    """The same events with event_time in another time zone, which decides the days, months and cohorts of every
    analysis.
    """
    if "event_time" not in events or name == "UTC":
        return events
    return events.assign(event_time=events.event_time.dt.tz_convert(zone(name)))


def to_utc(local: Local, where: ZoneInfo, notes: list[str]) -> tuple[npt.NDArray[np.int64], Flags]:
    """Microseconds since 1970, and which rows have no time. In an hour that occurs twice, the order of the rows shows
    which times are in the second one: those after a step back. Times in a skipped hour are moved to the next valid
    time.
    """
    times = pd.Series(local)
    missing = np.isnat(local)
    once = times.dt.tz_localize(where, ambiguous="NaT", nonexistent="shift_forward")
    twice = once.isna().to_numpy() & ~missing
    second, by_order = _second(local, twice)
    strict = times.dt.tz_localize(where, ambiguous=~second, nonexistent="NaT")
    never = strict.isna().to_numpy() & ~missing
    if twice.any():
        how = "told by the order of the rows" if by_order else "taken as the first (summer time)"
        notes.append(f"{int(twice.sum()):,} times that {where} has twice were {how}")
    if never.any():
        notes.append(f"{int(never.sum()):,} times that {where} has not at all were moved to the next that it has")
    moments = times.dt.tz_localize(where, ambiguous=~second, nonexistent="shift_forward")
    us = moments.dt.tz_convert("UTC").dt.tz_localize(None).astype("datetime64[us]").astype("int64").to_numpy()
    return np.where(missing, 0, us), missing


def _second(local: Local, twice: Flags) -> tuple[Flags, bool]:
    """Which times are in the second occurrence of their hour, and whether the order of the rows shows it."""
    second = np.zeros(len(local), bool)
    places = np.flatnonzero(twice)
    if not len(places):
        return second, False
    days = local[places].astype("datetime64[D]")
    by_order = False
    # Rows that follow each other, of one night.
    for run in np.split(places, np.flatnonzero((np.diff(places) > 1) | (np.diff(days) != np.timedelta64(0, "D"))) + 1):
        is_second = _find_repeated_hour(local, run, _is_newest_first(local))
        second[run] = is_second
        by_order |= bool(is_second.any())
    return second, by_order


def _is_newest_first(local: Local) -> bool:
    """Whether the file is sorted newest first."""
    known = local[~np.isnat(local)]
    return bool(len(known) > 1 and (np.diff(known) < np.timedelta64(0, "us")).sum() > len(known) / 2)


def _find_repeated_hour(local: Local, run: npt.NDArray[np.int64], falling: bool) -> Flags:
    """In a run of ambiguous times, those after a step back; none if there is more than one step back."""
    times = local[run][::-1] if falling else local[run]
    jumps = np.flatnonzero(np.diff(times) < np.timedelta64(0, "us"))
    second = np.zeros(len(run), bool)
    if len(jumps) == 1:
        second[jumps[0] + 1 :] = True
    return second[::-1] if falling else second
