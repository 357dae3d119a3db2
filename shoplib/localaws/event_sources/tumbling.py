"""Tumbling windows: state that a function passes from batch to batch until the window ends."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from shoplib.localaws.event_sources.stream_source import StreamRecord

MAX_STATE = 1024 * 1024


@dataclass
class TumblingWindow:
    """One window of one shard; `start` and `end` are whole seconds since 1970, aligned to the window's length."""

    start: int
    end: int
    shard_id: str
    source_arn: str
    state: Any = field(default_factory=dict)
    terminated_early: bool = False

    @classmethod
    def around(cls, record: StreamRecord, length_s: int, shard_id: str, source_arn: str) -> "TumblingWindow":
        """The window that contains the record's arrival time."""
        start = int(record.arrival) // length_s * length_s
        return cls(start, start + length_s, shard_id, source_arn)

    def holds(self, record: StreamRecord) -> bool:
        """Whether the record belongs to this window; while it is open, late records do too."""
        return record.arrival < self.end

    def is_over(self, now: float) -> bool:
        return self.terminated_early or now >= self.end

    def fields(self, final: bool) -> dict[str, Any]:
        """The fields of this window's events besides Records."""
        return {
            "window": {"start": _iso(self.start), "end": _iso(self.end)},
            "state": self.state,
            "shardId": self.shard_id,
            "eventSourceARN": self.source_arn,
            "isFinalInvokeForWindow": final,
            "isWindowTerminatedEarly": self.terminated_early,
        }

    def keep(self, answer: bytes) -> None:
        """Keep the state that the function returned; more than 1 MB ends the window early, as on AWS."""
        try:
            response = json.loads(answer or b"null")
        except ValueError:
            response = None
        self.state = (response or {}).get("state") or {} if isinstance(response, dict | None) else {}
        self.terminated_early = len(json.dumps(self.state)) > MAX_STATE


def _iso(moment: int) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
