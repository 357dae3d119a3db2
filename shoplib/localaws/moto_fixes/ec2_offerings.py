"""EC2: moto 5.2.5 reads at its import which types of instances each zone of each region offers, for whoever may ask: a
third of a second and 50 MB in an engine that starts no instance, as stacks and parameters import EC2, too.

Here a region's file is read when somebody asks for that region. To be installed before anything imports moto's EC2.
"""

import sys
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from moto.utilities import utils

FOLDER = "ec2/resources/instance_type_offerings"
Offering = dict[str, Any]


def install() -> None:
    if "moto.ec2.models.instance_types" in sys.modules:
        return
    load, utils.load_resource = utils.load_resource, _without_offerings(utils.load_resource)
    try:
        from moto.ec2.models.instance_types import INSTANCE_TYPE_OFFERINGS
    finally:
        utils.load_resource = load
    INSTANCE_TYPE_OFFERINGS.update({kind: Regions(kind) for kind in INSTANCE_TYPE_OFFERINGS})


def _without_offerings(load: Any) -> Any:
    return lambda resource: [] if str(resource).startswith(FOLDER) else load(resource)


class Regions(Mapping[str, list[Offering]]):
    """Region -> what it offers, by one kind of places."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._files = {file.name.partition(".")[0]: file.name for file in (files("moto") / FOLDER / kind).iterdir()}

    def __getitem__(self, region: str) -> list[Offering]:
        return _offerings(self._kind, self._files[region])

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)


@cache
def _offerings(kind: str, file: str) -> list[Offering]:
    return [{**offering, "LocationType": kind} for offering in utils.load_resource(f"{FOLDER}/{kind}/{file}")]
