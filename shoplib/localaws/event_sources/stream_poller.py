"""Polls one stream for one mapping: lanes for every shard, and new ones when the stream is resharded."""

import threading

from shoplib.localaws.event_sources.delivery import Delivery
from shoplib.localaws.event_sources.lane_reader import LaneKey
from shoplib.localaws.event_sources.mapping import Mapping
from shoplib.localaws.event_sources.on_failure import OnFailure
from shoplib.localaws.event_sources.settings import Settings
from shoplib.localaws.event_sources.stream_lane import StreamLane
from shoplib.localaws.event_sources.stream_source import StreamSource
from shoplib.localaws.event_sources.wakeups import Wakeup

LONG_WAIT_S = 3600.0


class StreamPoller:
    """The constructor fixes where each lane begins: a record put after that is never missed.

    `predecessor` is the mapping's stopped poller: it must release the shards before this one reads them.
    """

    def __init__(
        self,
        mapping: Mapping,
        source: StreamSource,
        delivery: Delivery,
        on_failure: OnFailure,
        wakeup: Wakeup,
        resharded: Wakeup,
        predecessor: "StreamPoller | None" = None,
    ) -> None:
        self._mapping = mapping
        self._wakeup = wakeup
        self._resharded = resharded
        self._source = source
        self._delivery = delivery
        self._on_failure = on_failure
        self._predecessor = predecessor
        self._lanes: dict[LaneKey, StreamLane] = {}
        self._shards_seen = resharded.count
        self._add_lanes("TRIM_HORIZON" if mapping.checkpoints else str(mapping.properties["StartingPosition"]))
        self._thread = threading.Thread(target=self._run, daemon=True, name=f"stream-{mapping.uuid[:8]}")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Stop all lanes after their current invocation."""
        self._delivery.stop()
        self._wakeup.notify()
        self._resharded.notify()

    def finish(self) -> None:
        """As `stop`: records that were read but not sent to the function are read again."""
        self.stop()

    def is_idle_within(self, limit_s: float) -> bool:
        self.join(max(0.0, limit_s))
        return not (self._thread.is_alive() or any(lane.is_alive for lane in self._lanes.values()))

    def join(self, limit_s: float | None = None) -> None:
        """Wait until no lane invokes the function any more."""
        self._thread.join(limit_s)
        for lane in self._lanes.values():
            lane.join(limit_s)

    @property
    def source_arn(self) -> str:
        return self._mapping.event_source_arn

    def pending(self) -> int:
        """Records after the checkpoints."""
        return sum(lane.pending() for lane in list(self._lanes.values()))

    def _run(self) -> None:
        if self._predecessor is not None:
            self._predecessor.join()
        while not self._delivery.is_over:
            self._add_lanes("TRIM_HORIZON")
            for lane in self._lanes.values():
                if self._may_start(lane.shard_id):
                    lane.start()
            self._resharded.wait(self._shards_seen, LONG_WAIT_S)
            self._shards_seen = self._resharded.count

    def _may_start(self, shard_id: str) -> bool:
        """A shard waits until its parents are read to their end, which keeps the order of each partition key."""
        parents = self._source.parents(shard_id)
        return all(lane.ended for lane in self._lanes.values() if lane.shard_id in parents)

    def _add_lanes(self, position: str) -> None:
        """Add lanes for shards that have none; a shard that appears later is read from its beginning."""
        count = Settings.of(self._mapping.get_configuration()).parallelization
        keys = [LaneKey(shard, number, count) for shard in self._source.shard_ids() for number in range(count)]
        for key in keys:
            if key not in self._lanes:
                self._mapping.checkpoints.setdefault(str(key), self._checkpoint(key, position))
                self._lanes[key] = self._lane(key)

    def _lane(self, key: LaneKey) -> StreamLane:
        return StreamLane(
            self._mapping, key, self._source, self._delivery, self._on_failure, self._wakeup, on_end=self._resharded
        )

    def _checkpoint(self, key: LaneKey, position: str) -> int:
        """After a change of ParallelizationFactor, new lanes begin at the checkpoint of the slowest old lane."""
        known = [at for name, at in self._mapping.checkpoints.items() if name.startswith(f"{key.shard_id}/")]
        if known:
            return min(known)
        timestamp = self._mapping.properties.get("StartingPositionTimestamp")
        return self._source.start_after(key.shard_id, position, float(timestamp) if timestamp is not None else None)
