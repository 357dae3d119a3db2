"""The time, in one place so that a test can stand it still."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present moment, aware, UTC."""
    return datetime.now(UTC)


def timestamp(moment: datetime) -> str:
    """RFC 3339 in UTC with microseconds: `2026-01-31T23:59:59.000000Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def epoch_seconds(moment: datetime) -> int:
    """Whole seconds since 1970, the form of DynamoDB's time-to-live attributes."""
    return int(moment.timestamp())
