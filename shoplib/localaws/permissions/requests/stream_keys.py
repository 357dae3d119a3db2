"""The names of the keys that a stream's records are written under: its own now, and each record's own."""

import json
from collections.abc import Mapping
from typing import Any

from shoplib.localaws.arns import Arn
from shoplib.localaws.ingress.body import BODY


def of_stream(arn: Arn) -> str | None:
    """The key that the stream has now, also by the ARN of one of its consumers."""
    from moto.kinesis.models import kinesis_backends

    name = arn.resource.split("/")[1] if "/" in arn.resource else ""
    stream: Any = kinesis_backends[arn.account_id][arn.region].streams.get(name)
    return stream.key_id if stream is not None and stream.encryption_type == "KMS" else None


def to_read(arn: Arn, environ: Mapping[str, Any]) -> list[str | None]:
    """Of the records that a GetRecords would return; without a request, the stream's own."""
    body = environ.get(BODY)
    return list(dict.fromkeys(_of_records(arn, json.loads(body)))) if body else [of_stream(arn)]


def _of_records(arn: Arn, parameters: Mapping[str, Any]) -> list[str | None]:
    from moto.core.exceptions import JsonRESTError
    from moto.kinesis import models

    try:
        name, shard_id, after = models.decompose_shard_iterator(str(parameters.get("ShardIterator")))
        shard = models.kinesis_backends[arn.account_id][arn.region].streams[name.rpartition("/")[2]].get_shard(shard_id)
        records, _, _ = shard.get_records(after, parameters.get("Limit"))
    except (ValueError, KeyError, JsonRESTError):
        return []  # Kinesis itself says what is wrong with it
    return [getattr(record, "key_id", None) for record in records]
