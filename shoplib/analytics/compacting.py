"""Compaction without AWS: what the deployed function does, in this process."""

import logging
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime

import pandas as pd

from shoplib.analytics.lake import known_days, naming
from shoplib.analytics.places import Lake, Place, open_lake
from shoplib.core import clock
from shoplib.core.lake import compaction
from shoplib.errors import LabError

LOG = logging.getLogger(__name__)
COLUMNS = ["day", "version", "objects", "parts", "bytes", "read", "rows", "duplicates", "bots", "late", "removed"]


def compact(place: Place, days: Iterable[date | str] | None = None) -> pd.DataFrame:
    """Compact the given days of a lake, or all days with new objects; see `shoplib.core.lake.compaction`.

    One row per day: `version` of its manifest, `objects` folded in by this call (0: there was nothing to do), its
    `parts` and their `bytes`, rows `read` of all objects so far, `rows` left (each event once), `duplicates`, `bots`,
    `late`, and old parts `removed`. Unreadable objects are moved to quarantine, and named in the log and in
    `.attrs["quarantined"]` (a list of `Unreadable`).
    """
    lake, now = open_lake(place), clock.now()
    if days is None:
        to_compact = compaction.days_waiting(lake.objects, now)
    else:
        to_compact = sorted({day for each in days for day in known_days(lake, each, each)})
    outcomes = [_compact(lake, day, now) for day in to_compact]
    table = pd.DataFrame([_row(outcome) for outcome in outcomes], columns=COLUMNS)
    if quarantined := [one for outcome in outcomes for one in outcome.quarantined]:
        table.attrs["quarantined"] = quarantined
    return table


def _compact(lake: Lake, day: date, now: datetime) -> compaction.Outcome:
    with naming(str(lake)):
        try:
            outcome = compaction.compact(lake.objects, day, now)
        except compaction.Busy as error:
            raise LabError(str(error), "try again") from None
    for one in outcome.quarantined:
        LOG.warning("%s/%s %s; it is in quarantine now", lake, one.key, one.reason)
    return outcome


def _row(outcome: compaction.Outcome) -> dict[str, object]:
    counts = asdict(outcome.counts) | {"duplicates": outcome.counts.duplicates}
    return {**asdict(outcome), **counts}
