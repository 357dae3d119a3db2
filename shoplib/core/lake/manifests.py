"""The manifest of a day: which parts count, which objects are in them. Swapping it is what makes compaction visible.

{"version": 3, "written": "2026-02-01T02:15:00.000000Z", "parts": [{"key", "rows", "bytes"}], "sources": [keys],
 "counts": {"read", "rows", "bots", "late"}, "replaced": [keys]}
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from os.path import commonprefix

from shoplib.core import lake
from shoplib.core.clock import timestamp
from shoplib.core.lake.curation import Counts
from shoplib.core.lake.objects import Entry, Objects
from shoplib.core.lake.parquet import Unreadable

AREAS = (lake.RAW, lake.LATE)
LISTED_ONE_BY_ONE = 10


@dataclass(frozen=True)
class Part:
    """A file of compacted events."""

    key: str
    rows: int
    bytes: int


@dataclass(frozen=True)
class Manifest:
    """`replaced` are parts of earlier versions that readers may still be reading."""

    version: int = 0
    written: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    parts: tuple[Part, ...] = ()
    sources: tuple[str, ...] = ()
    counts: Counts = Counts()
    replaced: tuple[str, ...] = ()

    @property
    def keys(self) -> set[str]:
        return {part.key for part in self.parts}

    def encode(self) -> bytes:
        """The manifest as JSON; the same content gives the same bytes."""
        content = asdict(self) | {"written": timestamp(self.written)}
        return json.dumps(content, separators=(",", ":")).encode()


def decode(content: bytes) -> Manifest:
    """A manifest from its JSON; keys that a later version added are ignored."""
    fields = json.loads(content)
    return Manifest(
        version=fields["version"],
        written=datetime.fromisoformat(fields["written"]),
        parts=tuple(Part(part["key"], part["rows"], part["bytes"]) for part in fields["parts"]),
        sources=tuple(fields["sources"]),
        counts=Counts(**{name: fields["counts"][name] for name in ("read", "rows", "bots", "late")}),
        replaced=tuple(fields["replaced"]),
    )


def current(objects: Objects, day: date) -> tuple[Manifest, str | None]:
    """The day's manifest and its tag; an empty one, and None, when the day was never compacted.

    One that is damaged counts as empty: its content can be made anew from the objects that arrived.
    """
    tagged = objects.read_with_tag(lake.manifest_key(day))
    if not tagged:
        return Manifest(), None
    try:
        return decode(tagged[0]), tagged[1]
    except (ValueError, KeyError, TypeError):
        return Manifest(), tagged[1]


def sound(
    manifest: Manifest, sizes: Mapping[str, int], entries: Iterable[Entry], damaged: Iterable[str] = ()
) -> tuple[Manifest, tuple[Unreadable, ...]]:
    """The manifest without parts that are not whole: those of another size than was written, and the `damaged` ones.

    `sizes` are those of the parts that are there, `came` the objects that arrived. When all that the parts were made
    from is still there, the manifest is empty, so that everything is read from there; else the whole parts stay.
    """
    known = set(damaged)
    bad = {part.key for part in manifest.parts if part.key in known or sizes.get(part.key) != part.bytes}
    if not bad:
        return manifest, ()
    unreadable = tuple(Unreadable(key, "is a damaged part") for key in sorted(bad))
    if set(manifest.sources) <= {entry.key for entry in entries}:
        return Manifest(manifest.version), unreadable
    return replace(manifest, parts=tuple(part for part in manifest.parts if part.key not in bad)), unreadable


def arrivals_of(objects: Objects, day: date) -> list[Entry]:
    """Objects of a day's events as they arrived."""
    return [entry for area in AREAS for entry in objects.entries(lake.day_prefix(area, day))]


def sizes(objects: Objects, day: date | None = None) -> dict[str, int]:
    """Sizes of the parts of a day, or of all days, that are there."""
    prefix = lake.day_prefix(lake.CURATED, day) if day else f"{lake.CURATED}/"
    return {entry.key: entry.size for entry in objects.entries(prefix)}


def arrivals(objects: Objects, days: Sequence[date]) -> dict[date, list[Entry]]:
    """The same of several days, oldest first."""
    if len(days) < LISTED_ONE_BY_ONE:
        return {day: arrivals_of(objects, day) for day in days}
    # One listing of what their names begin with alike is quicker than one for each of them.
    begin = commonprefix([f"{day}" for day in days])
    by_day: dict[date, list[Entry]] = {day: [] for day in days}
    for entry in (entry for area in AREAS for entry in objects.entries(f"{area}/dt={begin}")):
        if (day := lake.day_of(entry.key)) in by_day:
            by_day[day].append(entry)
    return by_day


def days(objects: Objects, areas: Iterable[str] = (*AREAS, lake.CURATED)) -> list[date]:
    """Days with events, by the names of the folders, oldest first."""
    return sorted({day for day in map(lake.day_of, folders(objects, areas)) if day})


def folders(objects: Objects, areas: Iterable[str]) -> list[str]:
    """The folders of days, those included that name none."""
    return [f"{area}/{name}" for area in areas for name in objects.folders(f"{area}/") if name.startswith("dt=")]


def waiting(manifest: Manifest, entries: Iterable[Entry]) -> list[Entry]:
    """Those of the objects that are not in the manifest's parts."""
    known = set(manifest.sources)
    return [entry for entry in entries if entry.key not in known]
