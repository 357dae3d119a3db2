"""Writes buffered records to S3."""

import gzip
import io
import zipfile
from collections.abc import Mapping
from itertools import groupby
from typing import Any

from moto.s3.models import s3_backends

from shoplib.localaws import engine_clock
from shoplib.localaws.arns import Arn
from shoplib.localaws.delivery_streams.buffers import WaitingRecord
from shoplib.localaws.delivery_streams.failures import Failure, lines
from shoplib.localaws.delivery_streams.object_names import EXTENSIONS, FROM_LAMBDA, object_name

UNCOMPRESSED = "UNCOMPRESSED"
Keys = tuple[tuple[str, str], ...]


def write(stream: Any, configuration: Mapping[str, Any], records: list[WaitingRecord]) -> None:
    """Writes one object, or with partition keys in the prefix one per value of the keys. Raises what moto's S3
    raises.
    """
    prefix = configuration.get("Prefix") or ""

    def keys_of(record: WaitingRecord) -> Keys:
        return record.keys if partition_keys(configuration) else ()

    for keys, group in groupby(sorted(records, key=keys_of), keys_of):
        _put(stream, configuration, prefix, b"".join(each.data for each in group), keys=dict(keys))


def partition_keys(configuration: Mapping[str, Any]) -> set[str]:
    """Names of the partition keys in the prefix that a function must return."""
    return set(FROM_LAMBDA.findall(configuration.get("Prefix") or ""))


def write_failures(stream: Any, configuration: Mapping[str, Any], kind: str, failures: list[Failure]) -> None:
    """Writes failed records under the error prefix; `kind` is Firehose's error type, such as processing-failed."""
    if failures:
        prefix = configuration.get("ErrorOutputPrefix") or ""
        folder = prefix if "error-output-type" in prefix else f"{prefix}{kind}/"
        _put(stream, configuration, folder, lines(failures), error_type=kind)


def _put(stream: Any, configuration: Mapping[str, Any], prefix: str, data: bytes, **of_name: Any) -> None:
    compression = configuration.get("CompressionFormat") or UNCOMPRESSED
    extension = configuration.get("FileExtension") or EXTENSIONS.get(compression, "")
    name = object_name(
        prefix,
        (stream.delivery_stream_name, stream.version_id),
        engine_clock.now(),
        extension=extension,
        zone=configuration.get("CustomTimeZone") or "UTC",
        **of_name,
    )
    where = Arn.parse(stream.delivery_stream_arn)
    backend = s3_backends[where.account_id][where.partition]
    backend.put_object(Arn.parse(configuration["BucketARN"]).resource, name, _compress(data, compression))


def _compress(data: bytes, compression: str) -> bytes:
    if compression == "GZIP":
        return gzip.compress(data)
    if compression != "ZIP":
        return data
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("data", data)
    return archive.getvalue()
