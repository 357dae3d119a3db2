"""What may be asked of compaction, and what it answers."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from shoplib.core.errors import InvalidRequest
from shoplib.core.lake.compaction import Outcome

# Of one run, so that it ends within the function's time; the answer names the days that are left for the next one.
MOST_DAYS = 31


class NotCompacted(Exception):
    """Days or objects could not be compacted; the alarm on the function's errors makes somebody look."""


@dataclass(frozen=True)
class Failed:
    """A day that could not be compacted, and why."""

    day: date
    error: str


def days_of(request: dict[str, Any]) -> list[date]:
    """The days that a request names, none for all that wait. Raises InvalidRequest."""
    days = request.get("days") or []
    if not isinstance(days, list):
        raise InvalidRequest('days must be a list, as ["2026-01-31"]')
    return sorted({_day(day) for day in days})


def _day(text: Any) -> date:
    try:
        return date.fromisoformat(text)
    except (TypeError, ValueError):
        raise InvalidRequest(f"{text!r} is not a valid date; write 2026-01-31") from None


def answer(request: dict[str, Any], done: Sequence[Outcome | Failed], waiting: Sequence[date]) -> dict[str, Any]:
    """The run in JSON: days compacted, days that failed, and days that are left for the next run.

    Raises NotCompacted for a strict request when a day failed, or when something was set aside.
    """
    failed = [one for one in done if isinstance(one, Failed)]
    if request.get("strict") and (wrong := [text for one in done for text in _wrong(one)]):
        raise NotCompacted("; ".join(wrong))
    return {
        "days": [_to_json(outcome) for outcome in done if isinstance(outcome, Outcome)],
        "failed": [{"day": f"{one.day}", "error": one.error} for one in failed],
        "left": [f"{day}" for day in waiting],
    }


def _wrong(done: Outcome | Failed) -> list[str]:
    if isinstance(done, Failed):
        return [f"{done.day}: {done.error}"]
    return [f"{done.day}: {one.key} {one.reason}; it is in quarantine now" for one in done.quarantined]


def _to_json(outcome: Outcome) -> dict[str, Any]:
    counts = asdict(outcome.counts) | {"duplicates": outcome.counts.duplicates}
    return asdict(outcome) | {"day": f"{outcome.day}", "counts": counts}
