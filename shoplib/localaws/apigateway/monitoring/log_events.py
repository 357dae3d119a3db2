"""Lines on their way to a CloudWatch log stream."""

from dataclasses import dataclass

from moto.logs.models import logs_backends


@dataclass(frozen=True, slots=True)
class LogEvents:
    """`creates_group`: execution logs make their group, access logs need one that exists, as on AWS."""

    account_id: str
    region: str
    group: str
    stream: str
    timestamp: int  # milliseconds
    lines: tuple[str, ...]
    creates_group: bool = False


def write(entry: LogEvents) -> None:
    """The log stream is created when it is missing."""
    logs = logs_backends[entry.account_id][entry.region]
    if entry.creates_group and entry.group not in logs.groups:
        logs.create_log_group(entry.group, {})
    if entry.stream not in logs.groups[entry.group].streams:
        logs.create_log_stream(entry.group, entry.stream)
    events = [{"timestamp": entry.timestamp, "message": line} for line in entry.lines]
    logs.put_log_events(entry.group, entry.stream, events)
