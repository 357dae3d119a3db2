"""Resharding: upstream goes on writing to closed shards, and moves or loses what they hold.

- `get_shard_for_key` returns the first shard whose range holds the key, closed ones included (their ranges cover those
  of their children), so that nothing ever reaches the children; and the highest hash key of a range belongs to nobody.
- `split_shard` and `merge_shards` put the parents' records again; on AWS they stay in the closed parents.
- A record may be put while its shard is split: it lands in the closed parent when its readers have left, or nowhere.
- `get_records` never ends: behind the last record of a closed shard AWS gives no further iterator, but the children.
  Of an iterator that it never gave it makes an internal failure.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any

from moto.kinesis import utils
from moto.kinesis.exceptions import InvalidArgumentError
from moto.kinesis.models import KinesisBackend, Stream
from moto.kinesis.responses import KinesisResponse
from moto.utilities.utils import md5_hash

from shoplib.localaws.moto_fixes.kinesis_records import records_lock
from shoplib.localaws.moto_patches import replace, wrap

MAX_HASH = 2**128


def install() -> None:
    replace(Stream, "get_shard_for_key", get_shard_for_key)
    wrap(Stream, "split_shard", _leaving_records_alone)
    wrap(Stream, "merge_shards", _leaving_records_alone)
    wrap(KinesisBackend, "get_records", _ending_with_the_shard)
    wrap(KinesisResponse, "get_records", _naming_the_children)


def get_shard_for_key(stream: Any, partition_key: str, explicit_hash_key: str) -> Any:
    """The open shard whose hash range holds the key, both ends included."""
    if not isinstance(partition_key, str) or len(partition_key) > 256:
        raise InvalidArgumentError("partition_key")
    key = _explicit(explicit_hash_key) if explicit_hash_key else _hashed(partition_key)
    return next(shard for shard in stream.shards.values() if shard.is_open and key in _range(shard))


def _range(shard: Any) -> range:
    return range(shard.starting_hash, shard.ending_hash + 1)


def _hashed(partition_key: str) -> int:
    return int(md5_hash(partition_key.encode()).hexdigest(), 16)


def _explicit(key: Any) -> int:
    if not isinstance(key, str) or not key.isdigit() or int(key) >= MAX_HASH:
        raise InvalidArgumentError("explicit_hash_key")
    return int(key)


def _leaving_records_alone(original: Any) -> Any:
    def reshard(stream: Any, *shard_ids: str) -> None:
        with unchanged(stream), ExitStack() as locks:
            parents = [stream.shards[each] for each in dict.fromkeys(shard_ids) if each in stream.shards]
            for parent in parents:
                locks.enter_context(records_lock(parent))
            with _emptied(parents):
                original(stream, *shard_ids)

    return reshard


@contextmanager
def _emptied(parents: list[Any]) -> Iterator[None]:
    """So that there is nothing to put again. Whoever reads a parent waits until its records are back."""
    record_sets = [parent.records for parent in parents]
    for parent in parents:
        parent.records = OrderedDict()
    try:
        yield
    finally:
        for parent, records in zip(parents, record_sets, strict=True):
            parent.records = records


def unchanged(stream: Any) -> AbstractContextManager[Any]:
    """Held by whoever chooses a shard and puts a record into it, or changes the shards."""
    lock: AbstractContextManager[Any] = stream.__dict__.setdefault("lab_lock", threading.RLock())
    return lock


def _ending_with_the_shard(original: Any) -> Any:
    def get_records(backend: Any, stream_arn: str | None, shard_iterator: str, limit: int | None) -> Any:
        stream_name, shard_id, after = _parts(shard_iterator)
        following, records, behind = original(backend, stream_arn, shard_iterator, limit)
        stream = backend.describe_stream(stream_arn=stream_arn, stream_name=stream_name)
        shard = stream.get_shard(shard_id)
        reached = records[-1].sequence_number if records else int(after)
        ended = not shard.is_open and reached >= shard.get_max_sequence_number()
        return (None if ended else following), records, behind

    return get_records


def _naming_the_children(original: Any) -> Any:
    def get_records(response: Any) -> Any:
        answer = original(response)
        if answer.result["NextShardIterator"] is None:
            stream_name, shard_id, _ = _parts(response._get_param("ShardIterator"))
            stream = response.kinesis_backend.describe_stream(None, stream_name)
            answer.result["ChildShards"] = child_shards(stream, stream.get_shard(shard_id))
        return answer

    return get_records


def child_shards(stream: Any, shard: Any) -> list[dict[str, Any]]:
    """Those that took a closed shard's place, as AWS describes them."""
    children = [
        each.to_json() for each in stream.shards.values() if shard.shard_id in (each.parent, each.adjacent_parent)
    ]
    parents = ("ParentShardId", "AdjacentParentShardId")
    return [
        {
            "ShardId": child["ShardId"],
            "ParentShards": [child[name] for name in parents if child.get(name)],
            "HashKeyRange": child["HashKeyRange"],
        }
        for child in children
    ]


def _parts(shard_iterator: str) -> tuple[str, str, str]:
    try:
        stream_name, shard_id, after = utils.decompose_shard_iterator(shard_iterator)
    except ValueError:
        raise InvalidArgumentError("Invalid ShardIterator.") from None
    return stream_name, shard_id, after
