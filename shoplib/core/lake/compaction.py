"""Many small objects of a day become few parts, each event once: read, curate, write parts, swap the manifest.

What is not yet in the manifest is read together with the current parts, so late objects are folded in. Until the swap
nothing is visible; whoever loses it starts again from the winner's state. A second run finds nothing to do and writes
nothing. Objects that arrived are kept: they are the evidence, and everything can be made anew from them; that is what
happens when a part is damaged. An object that cannot be read is set aside, named, and nobody waits for it.

Memory: one hour of events, a row group, and the compressed rest of the day.
"""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from shoplib.core import lake
from shoplib.core.lake import curation, manifests, parquet, quarantine, symlinks
from shoplib.core.lake.curation import Counts
from shoplib.core.lake.manifests import Manifest, Part
from shoplib.core.lake.objects import Entry, Missing, Objects
from shoplib.core.lake.parquet import Unreadable

ATTEMPTS = 8
READS_AT_ONCE = 8
# A reader that knows a part reads it within this time.
GRACE = timedelta(hours=1)
# Hours with more rows wait in compressed form for the robots of the whole day to be known.
FEW_ROWS = 20_000


class Busy(Exception):
    """Other compactions of the same day were faster, again and again."""


@dataclass(frozen=True)
class Outcome:
    """What compacting a day did: objects folded in (0: nothing to do), its parts now, counts, parts removed, and the
    objects that were moved to quarantine."""

    day: date
    version: int
    objects: int
    parts: int
    bytes: int
    counts: Counts
    removed: int
    quarantined: tuple[Unreadable, ...] = ()


class Curated(NamedTuple):
    """A day in memory: rows of `lake.CURATED_SCHEMA`, their counts, and the objects that could not be read."""

    table: pa.Table
    counts: Counts
    unreadable: tuple[Unreadable, ...]


class DamagedPart(Exception):
    """A part of the lake that cannot be read though it has the size that it was written with."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(f"{key} {reason}")
        self.key = key


@dataclass(frozen=True)
class _Span:
    """Events from `start` to before `end`, and the objects that hold the new ones."""

    start: datetime
    end: datetime
    entries: list[Entry]


def days_waiting(objects: Objects, now: datetime) -> list[date]:
    """Days with objects that are in no part, with parts that are damaged or may be removed, or without addresses for
    Athena (a run broke off, or an older version made the parts); oldest first."""
    arrivals = manifests.arrivals(objects, manifests.days(objects, manifests.AREAS))
    pointed = symlinks.days_with_text(objects)
    with ThreadPoolExecutor(READS_AT_ONCE) as pool:
        manifests_by_day = dict(
            zip(arrivals, pool.map(lambda day: manifests.current(objects, day)[0], arrivals), strict=True)
        )
    sizes = manifests.sizes(objects)
    return [
        day
        for day in manifests_by_day
        if day not in pointed or _has_work(manifests_by_day[day], sizes, arrivals[day], now)
    ]


def _has_work(manifest: Manifest, sizes: dict[str, int], arrivals: list[Entry], now: datetime) -> bool:
    damaged = manifests.sound(manifest, sizes, arrivals)[1]
    return bool(damaged or manifests.waiting(manifest, arrivals) or _removable(manifest, now))


def compact(objects: Objects, day: date, now: datetime) -> Outcome:
    """Compact one day; what cannot be read is moved to quarantine. Raises Busy: nothing has changed for readers."""
    damaged = set[str]()
    for _ in range(ATTEMPTS):
        try:
            if done := _attempt(objects, day, now, damaged):
                return done
        except DamagedPart as error:
            damaged.add(error.key)
    raise Busy(f"{day} was compacted by others {ATTEMPTS} times meanwhile")


def _attempt(objects: Objects, day: date, now: datetime, damaged: set[str]) -> Outcome | None:
    current, tag = manifests.current(objects, day)
    arrivals = manifests.arrivals_of(objects, day)
    base, bad = manifests.sound(current, manifests.sizes(objects, day), arrivals, damaged)
    fresh = manifests.waiting(base, arrivals)
    if not fresh and not bad:
        _point(objects, day)
        return _outcome(day, base, 0, _remove(objects, day, _removable(base, now)))
    manifest, unreadable = _write_parts(objects, day, base, fresh, now)
    if not objects.swap(lake.manifest_key(day), manifest.encode(), tag):
        return None
    _point(objects, day)
    quarantine.set_aside(objects, (*bad, *unreadable))
    removed = _remove(objects, day, _orphans(objects, day, manifest, now))
    return replace(_outcome(day, manifest, len(fresh) - len(unreadable), removed), quarantined=(*bad, *unreadable))


def _point(objects: Objects, day: date) -> None:
    """Before anything is removed, so that Athena never looks for a part that is gone."""
    if not symlinks.point(objects, day):
        raise Busy(f"the addresses of {day}'s parts were changed by others again and again meanwhile")


def _outcome(day: date, manifest: Manifest, folded: int, removed: int) -> Outcome:
    size = sum(part.bytes for part in manifest.parts)
    return Outcome(day, manifest.version, folded, len(manifest.parts), size, manifest.counts, removed)


def _write_parts(
    objects: Objects, day: date, base: Manifest, fresh: list[Entry], now: datetime
) -> tuple[Manifest, list[Unreadable]]:
    """The manifest of new parts, which are written, with the rows of `base` and of the `fresh` objects; and those of
    them that cannot be read."""
    version = base.version + 1
    tally = _Tally(base.counts.read)
    parts = tuple(
        _store(objects, day, rows, content, version)
        for rows, content in parquet.parts(tally.of(curate_day(objects, day, base, fresh, tally)))
    )
    read = {entry.key for entry in fresh} - {one.key for one in tally.unreadable}
    still = base.replaced if now - base.written < GRACE else ()
    sources, replaced = tuple(sorted({*base.sources, *read})), (*sorted(base.keys), *still)
    return Manifest(version, now, parts, sources, tally.counts, replaced), tally.unreadable


class _Tally:
    """Counts rows on their way, and remembers the objects that gave none."""

    def __init__(self, read: int = 0) -> None:
        self.counts = Counts(read=read)
        self.unreadable: list[Unreadable] = []

    def read(self, rows: int) -> None:
        self.counts += Counts(read=rows)

    def of(self, tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
        for table in tables:
            self.counts += curation.count(table, 0)
            yield table


def _store(objects: Objects, day: date, rows: int, content: bytes, version: int) -> Part:
    key = lake.part_key(day, parquet.name_of(content, version))
    objects.write(key, content)
    return Part(key, rows, len(content))


def merge(objects: Objects, day: date, base: Manifest, fresh: list[Entry]) -> Curated:
    """The day as it would be after compaction, in memory."""
    tally = _Tally(base.counts.read)
    tables = list(tally.of(curate_day(objects, day, base, fresh, tally)))
    whole = pa.concat_tables([lake.CURATED_SCHEMA.empty_table(), *tables])
    return Curated(whole, tally.counts, tuple(tally.unreadable))


def curate_day(
    objects: Objects, day: date, base: Manifest, fresh: list[Entry], tally: _Tally | None = None
) -> Iterator[pa.Table]:
    """Curated events of a day, in order, from the parts of `base` and the `fresh` objects. Raises DamagedPart."""
    tally = tally or _Tally()
    old = {part.key: objects.read(part.key) for part in base.parts}
    packed, robots = [], []
    spans = _spans(day, fresh, whole=bool(base.parts))
    for table in _merge_tables(_read_spans(objects, old, spans, tally)):
        robots.append(curation.robots_of(table))
        packed.append(_pack(table))
    all_robots = curation.union_of(robots) if robots else None
    while packed:
        yield curation.mark(_unpack(packed.pop(0)), all_robots)


def _read_spans(objects: Objects, old: dict[str, bytes], spans: list[_Span], tally: _Tally) -> Iterator[pa.Table]:
    """The events of each span, each once, in order."""
    with ThreadPoolExecutor(READS_AT_ONCE) as pool:
        for span in spans:
            tables = [_read_between(key, content, span) for key, content in old.items()]
            tables += _read(objects, span, tally, pool)
            yield curation.deduplicate(pa.concat_tables([lake.SCHEMA.empty_table(), *tables]))


def _merge_tables(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """The same rows in fewer tables: what follows costs as much for 35 rows, an hour of a small shop, as for 20,000."""
    waiting: list[pa.Table] = []
    for table in tables:
        waiting.append(table)
        if sum(map(len, waiting)) > FEW_ROWS:
            yield pa.concat_tables(waiting).combine_chunks()
            waiting = []
    if any(map(len, waiting)):
        yield pa.concat_tables(waiting).combine_chunks()


def _spans(day: date, fresh: list[Entry], whole: bool) -> list[_Span]:
    """Hours with new objects (`whole`: all hours); one span for the day when an object does not say its hour."""
    midnight = datetime.combine(day, time(), UTC)
    by_hour: dict[int | None, list[Entry]] = {hour: [] for hour in range(24)} if whole else {}
    for entry in fresh:
        by_hour.setdefault(lake.hour_of(entry.key), []).append(entry)
    if None in by_hour:
        return [_Span(midnight, midnight + timedelta(days=1), fresh)]
    hours = sorted((hour, entries) for hour, entries in by_hour.items() if hour is not None)
    return [_Span(midnight + timedelta(hours=hour), midnight + timedelta(hours=hour + 1), of) for hour, of in hours]


def _read_between(key: str, content: bytes, span: _Span) -> pa.Table:
    try:
        return parquet.read_between(content, span.start, span.end)
    except parquet.NotEvents as error:
        raise DamagedPart(key, str(error)) from None


def _read(objects: Objects, span: _Span, tally: _Tally, pool: ThreadPoolExecutor) -> list[pa.Table]:
    def rows(entry: Entry) -> pa.Table | Unreadable:
        try:
            table = parquet.rows(objects.read(entry.key), key=entry.key)
            _refuse_misplaced(table, span)
        except (parquet.NotEvents, Missing) as error:
            return Unreadable(entry.key, "is gone" if isinstance(error, Missing) else str(error))
        return table

    results = list(pool.map(rows, span.entries)) if len(span.entries) > 1 else [rows(each) for each in span.entries]
    tally.unreadable += [one for one in results if isinstance(one, Unreadable)]
    tables = [one for one in results if not isinstance(one, Unreadable)]
    tally.read(sum(map(len, tables)))
    return tables


def _refuse_misplaced(table: pa.Table, span: _Span) -> None:
    if not len(table):
        return
    first, last = (pc.min_max(table["event_time"])[end].as_py() for end in ("min", "max"))
    if first < span.start or last >= span.end:
        raise parquet.NotEvents(f"holds events of {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} (UTC)")


def _pack(table: pa.Table) -> pa.Table | bytes:
    return table if len(table) <= FEW_ROWS else parquet.content(table)


def _unpack(packed: pa.Table | bytes) -> pa.Table:
    return parquet.rows(packed) if isinstance(packed, bytes) else packed


def _removable(manifest: Manifest, now: datetime) -> set[str]:
    """Replaced parts, when they were replaced so long ago that nobody reads them any more."""
    return set(manifest.replaced) if now - manifest.written >= GRACE else set()


def _orphans(objects: Objects, day: date, manifest: Manifest, now: datetime) -> set[str]:
    """Old parts that the manifest, just written, does not know: replaced long ago, or left by a run that broke off.

    None of them can come into use any more, for a part's name depends on the version that it was made for.
    """
    known = manifest.keys | set(manifest.replaced)
    entries = objects.entries(lake.day_prefix(lake.CURATED, day))
    return {entry.key for entry in entries if entry.key not in known and now - entry.modified >= GRACE}


def _remove(objects: Objects, day: date, keys: set[str]) -> int:
    there = keys & set(manifests.sizes(objects, day)) if keys else set()
    objects.delete(sorted(there))
    return len(there)
