"""Reads curated events: each event once, from the compacted parts and the objects that arrived since."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from shoplib.analytics import filters, lake, zones
from shoplib.analytics.filters import Where
from shoplib.analytics.places import Lake, Place, open_lake
from shoplib.core import lake as layout
from shoplib.core.lake import compaction, manifests
from shoplib.core.lake.compaction import Curated
from shoplib.core.lake.curation import Counts
from shoplib.core.lake.manifests import Manifest
from shoplib.core.lake.objects import Entry
from shoplib.core.lake.parquet import Unreadable

# A scanner of Arrow reads ahead 4 files and 16 batches of 131,072 rows; this many are enough to keep it busy.
AHEAD = {"batch_readahead": 4, "fragment_readahead": 2}
COUNTS = ["rows", "duplicates", "bots", "late", "malformed"]


@dataclass(frozen=True)
class ScannedDay:
    """A day of a scan: its manifest, the objects that are not in the manifest's parts, and damaged parts, which are
    removed from the manifest.
    """

    day: date
    manifest: Manifest = field(repr=False)
    rest: tuple[Entry, ...] = field(repr=False)
    damaged: tuple[Unreadable, ...] = field(repr=False, default=())


@dataclass(frozen=True)
class Scan:
    """Curated events of some days, as of the start of the scan; read lazily.

    Columns are those of `shoplib.core.lake.CURATED_SCHEMA`, rows are sorted by (event_time, event_id). Parts are read
    in batches; days with objects outside their parts are curated in memory on first use.
    """

    lake: Lake
    days: tuple[ScannedDay, ...]
    time_zone: str = "UTC"

    @property
    def is_compacted(self) -> bool:
        """Whether all events are in parts, so that nothing needs to be held in memory."""
        return not any(day.rest for day in self.days)

    @cached_property
    def counts(self) -> pd.DataFrame:
        """One row per day (index `day`, UTC): `rows` (events, each once), `duplicates` (rows left out), `bots` and
        `late` (rows with these flags), and `malformed` (records in quarantine that arrived on that day).
        """
        counts = {day.day: self._merge_days[day.day].counts if day.rest else day.manifest.counts for day in self.days}
        malformed = self._count_malformed()
        days = sorted({*counts, *malformed})
        rows = [_row(counts.get(day, Counts()), malformed.get(day, 0)) for day in days]
        return pd.DataFrame(rows, index=pd.Index(days, name="day"), columns=COUNTS, dtype="int64")

    @property
    def unreadable(self) -> tuple[Unreadable, ...]:
        """Objects that are left out because they are not files of events, and damaged parts, whose raw objects are read
        again. Reading this property curates the days that are not compacted.
        """
        objects = [one for day in self.days if day.rest for one in self._merge_days[day.day].unreadable]
        return (*(one for day in self.days for one in day.damaged), *objects)

    @cached_property
    def dataset(self) -> ds.Dataset:
        """The events as an Arrow dataset; Arrow and DuckDB push columns and filters down into it."""
        pieces = [self._pieces(day) for day in self.days]
        if self.is_compacted:
            return self._files([fragment for piece in pieces for fragment in piece.get_fragments()])
        return ds.UnionDataset(layout.CURATED_SCHEMA, pieces)

    def arrow(self, columns: Sequence[str] | None = None, where: Where = None) -> pa.Table:
        """The events as one Arrow table; `where` as in `analytics.events`."""
        try:
            return self.batches(columns, where).read_all()
        except (pa.ArrowException, OSError):
            self.name_what_is_at_fault()
            raise

    def batches(self, columns: Sequence[str] | None = None, where: Where = None) -> pa.RecordBatchReader:
        """The events in batches of at most 131,072 rows, so that memory does not grow with their number."""
        names = filters.columns_of(columns, layout.CURATED_SCHEMA)
        condition = filters.expression(where, layout.CURATED_SCHEMA)
        lake.filter_rows(layout.CURATED_SCHEMA.empty_table(), condition)
        return self.dataset.scanner(columns=names, filter=condition, **AHEAD).to_reader()

    def to_pandas(self, columns: Sequence[str] | None = None, where: Where = None, bots: bool = False) -> pd.DataFrame:
        """The events as a DataFrame, without those of bots unless `bots` is true."""
        condition, people = filters.expression(where, layout.CURATED_SCHEMA), ~pc.field("is_bot")
        if not bots:
            condition = people if condition is None else condition & people
        return zones.seen_from(self.arrow(columns, condition).to_pandas(), self.time_zone)

    def name_what_is_at_fault(self) -> None:
        """Raises a LabError that names the first unreadable part, if there is one."""
        for part in (part for day in self.days for part in day.manifest.parts):
            with lake.naming(f"{self.lake}/{part.key}"):
                self._files([self.lake.fragment(part.key, part.bytes)]).to_table()

    def _pieces(self, day: ScannedDay) -> ds.Dataset:
        if day.rest:
            return ds.InMemoryDataset(self._merge_days[day.day].table)
        midnight = datetime.combine(day.day, time(), UTC)
        at, end = pc.field("event_time"), midnight + timedelta(days=1)
        holds = (at >= pa.scalar(midnight, layout.MOMENT)) & (at < pa.scalar(end, layout.MOMENT))
        return self._files([self.lake.fragment(part.key, part.bytes, holds) for part in day.manifest.parts])

    def _files(self, fragments: list[ds.Fragment]) -> ds.Dataset:
        return ds.FileSystemDataset(fragments, layout.CURATED_SCHEMA, ds.ParquetFileFormat(), self.lake.filesystem)

    @cached_property
    def _merge_days(self) -> dict[date, Curated]:
        """Days with uncompacted objects, as compaction would write them now."""
        return {day.day: self._merge(day) for day in self.days if day.rest}

    def _merge(self, day: ScannedDay) -> Curated:
        with lake.naming(str(self.lake)):
            try:
                curated = compaction.merge(self.lake.objects, day.day, day.manifest, list(day.rest))
            except compaction.DamagedPart as damage:
                return self._merge_without(day, damage.key)
        lake.warn(self.lake, curated.unreadable)
        return curated

    def _merge_without(self, day: ScannedDay, part: str) -> Curated:
        objects = self.lake.objects
        sizes, arrivals = manifests.sizes(objects, day.day), manifests.arrivals_of(objects, day.day)
        again = _scan_day(self.lake, day.day, day.manifest, sizes, arrivals, [part])
        curated = self._merge(again)
        return curated._replace(unreadable=(*again.damaged, *curated.unreadable))

    def _count_malformed(self) -> dict[date, int]:
        return count_malformed(self.lake, self.days[0].day, self.days[-1].day) if self.days else {}


def _row(counts: Counts, malformed: int) -> dict[str, int]:
    return {
        "rows": counts.rows,
        "duplicates": counts.duplicates,
        "bots": counts.bots,
        "late": counts.late,
        "malformed": malformed,
    }


def count_malformed(place: Place, start: date | None = None, end: date | None = None) -> dict[date, int]:
    """Records in quarantine, by the day (UTC) of arrival, from `start` to `end` inclusive; only days that have some."""
    objects = open_lake(place).objects
    days = [day for day in manifests.days(objects, [layout.QUARANTINE]) if (start or day) <= day <= (end or day)]
    return {day: len(objects.entries(layout.day_prefix(layout.QUARANTINE, day))) for day in days}


def scan(place: Place, start: date | str | None = None, end: date | str | None = None, time_zone: str = "UTC") -> Scan:
    """Curated events of the days (UTC) from `start` to `end` inclusive: each event once, with flags for bots and late
    events. Analyses use days and months in `time_zone`.

    `place` is a lab, "s3://bucket[/folder]", a local folder or an opened lake. The compacted parts of each day's
    manifest are read, and objects that arrived since are curated in memory by the rules of compaction and merged: the
    rows are the same whether or not the day is compacted. LabError if there are no such days.
    """
    opened = open_lake(place)
    days = lake.known_days(opened, start, end)
    with ThreadPoolExecutor(lake.AT_ONCE) as pool:
        # First the manifests, then the listing: what is in neither has come after the scan began.
        manifests_of = list(pool.map(lambda day: manifests.current(opened.objects, day)[0], days))
    arrivals = manifests.arrivals(opened.objects, days)
    sizes = manifests.sizes(opened.objects) if any(manifest.parts for manifest in manifests_of) else {}
    each = zip(days, manifests_of, strict=True)
    scanned = tuple(_scan_day(opened, day, manifest, sizes, arrivals[day]) for day, manifest in each)
    return Scan(opened, scanned, zones.zone(time_zone).key)


def _scan_day(
    opened: Lake, day: date, current: Manifest, sizes: dict[str, int], arrivals: list[Entry], known: Sequence[str] = ()
) -> ScannedDay:
    """The day without damaged parts: those `known` to be damaged, and those with a wrong size."""
    manifest, damaged = manifests.sound(current, sizes, arrivals, known)
    lake.warn(opened, damaged)
    return ScannedDay(day, manifest, tuple(manifests.waiting(manifest, arrivals)), damaged)
