"""One thing that a request does, as IAM calls it, and the place where it is done."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

Facts = dict[str, Any]
ANY = "*"


def _none() -> Facts:
    return {}


@dataclass(frozen=True, slots=True)
class Access:
    """`resource` is an ARN, or * where none can be told. `facts` are the service's own condition keys, in lower case;
    they are worked out only for policies that ask."""

    action: str
    resource: str
    facts: Callable[[], Facts] = _none


@dataclass(frozen=True, slots=True)
class Place:
    """Where the request goes: its service (by its prefix in IAM), region and account."""

    service: str
    region: str
    account_id: str

    @property
    def partition(self) -> str:
        return partition_of(self.region)

    def arn(self, resource: str, service: str = "") -> str:
        return f"arn:{self.partition}:{service or self.service}:{self.region}:{self.account_id}:{resource}"


@dataclass(frozen=True, slots=True)
class Call:
    """A request, read: its operation and parameters, as the service's published model names them."""

    place: Place
    operation: str
    parameters: Mapping[str, Any]
    environ: Mapping[str, Any] = field(default_factory=dict)

    def access(self, action: str, resource: str, facts: Callable[[], Facts] = _none) -> Access:
        return Access(f"{self.place.service}:{action}", resource, facts)


@cache
def partition_of(region: str) -> str:
    from moto.utilities.utils import get_partition

    return str(get_partition(region))
