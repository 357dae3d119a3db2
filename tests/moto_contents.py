"""What moto holds, kept as bytes and put back: making the shop's tables anew takes longer than most tests."""

import io
import pickle
import threading
from collections.abc import Mapping
from typing import Any

from moto.backends import get_backend
from moto.core.base_backend import BaseBackend
from moto.s3.models import s3_backends

SERVICES = ("dynamodb", "kinesis", "secretsmanager", "ses", "sns", "sqs")


def kept(account: str, region: str) -> bytes:
    """All that the account has in the region, and its buckets."""
    backends, written = _backends(account, region), io.BytesIO()
    contents = {name: backend.__dict__ for name, backend in backends.items()}
    _Writer(written, backends).dump((contents, s3_backends.bucket_accounts))
    return written.getvalue()


def put_back(content: bytes, account: str, region: str) -> None:
    """Into a mock that holds nothing yet."""
    backends = _backends(account, region)
    contents, owners = _Reader(io.BytesIO(content), backends).load()
    for name, backend in backends.items():
        backend.__dict__.update(contents[name])
    s3_backends.bucket_accounts.update(owners)


def _backends(account: str, region: str) -> dict[str, BaseBackend]:
    backends = {service: get_backend(service)[account][region] for service in SERVICES}  # type: ignore[call-overload]
    return {**backends, "s3": s3_backends[account]["aws"]}


class _Writer(pickle.Pickler):
    """Locks are written as new ones, and backends by name: what refers to them refers to those that there are."""

    dispatch_table = {type(threading.RLock()): lambda lock: (threading.RLock, ())}

    def __init__(self, file: io.BytesIO, backends: Mapping[str, BaseBackend]) -> None:
        super().__init__(file)
        self._names = {id(backend): name for name, backend in backends.items()}

    def persistent_id(self, written: Any) -> str | None:
        return self._names.get(id(written))


class _Reader(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, backends: Mapping[str, BaseBackend]) -> None:
        super().__init__(file)
        self._backends = backends

    def persistent_load(self, name: str) -> BaseBackend:
        return self._backends[name]
