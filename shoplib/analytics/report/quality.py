"""The data quality box: counts and notes."""

from collections.abc import Mapping, Sequence

from shoplib.analytics.clean import Cleaned
from shoplib.analytics.headlines import words
from shoplib.analytics.loading.loaded import Provenance
from shoplib.analytics.plausible import Span
from shoplib.analytics.report.worlds import World

MOST_NAMES = 3


def quality(
    cleaned: Cleaned, noted: Mapping[str, int], each_world: list[World], provenance: Provenance | None
) -> tuple[list[tuple[str, int]], list[str]]:
    """Counts by subject, and notes as sentences."""
    counts: dict[str, int] = {}
    if provenance is not None:
        counts |= {
            "rows read": provenance.rows,
            "rows used": provenance.rows_used,
            "rows rejected": len(provenance.rejected),
        }
    counts |= {
        "events analysed": len(cleaned.events),
        **{str(name): int(many) for name, many in cleaned.dropped.items()},
    }
    if lost := [one.key for one in cleaned.unreadable]:
        counts[f"objects that cannot be read, left out ({first_names(lost)})"] = len(lost)
    counts |= noted
    notes = [describe_implausible_dates(world.span, world.name) for world in each_world]
    notes += [f"{world.name}: the currency is unknown" for world in each_world if world.currency is None]
    return list(counts.items()), [note for note in notes if note]


def first_names(keys: Sequence[str]) -> str:
    """The names of the first objects, and how many more there are."""
    return ", ".join(keys[:MOST_NAMES]) + (f", and {len(keys) - MOST_NAMES:,} more" if len(keys) > MOST_NAMES else "")


def describe_implausible_dates(span: Span | None, name: str) -> str | None:
    """A note on rows outside the plausible span; None if there are none."""
    if span is None or not span.outside:
        return None
    sides = [(span.before, f"before {words.day(span.first)}"), (span.after, f"after {words.day(span.last)}")]
    slips_by_side = words.enumerate_in_words(
        [f"{words.count(many, 'order line')} dated {side}" for many, side in sides if many]
    )
    return f"{name}: {slips_by_side}: in the totals, in no chart over time"
