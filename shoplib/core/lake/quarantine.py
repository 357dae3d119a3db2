"""Objects that compaction could not read are set aside under `quarantine/objects/` and the key they had."""

from collections.abc import Iterable

from shoplib.core import lake
from shoplib.core.lake.objects import Missing, Objects
from shoplib.core.lake.parquet import Unreadable


def set_aside(objects: Objects, unreadable: Iterable[Unreadable]) -> None:
    """Copy, then delete: whoever breaks off between the two does it again. What is gone is no error."""
    for one in unreadable:
        try:
            objects.write(f"{lake.SET_ASIDE}/{one.key}", objects.read(one.key))
        except Missing:
            continue
        objects.delete([one.key])


def keys(objects: Objects) -> list[str]:
    """The keys that the objects had which were set aside."""
    return [entry.key[len(lake.SET_ASIDE) + 1 :] for entry in objects.entries(f"{lake.SET_ASIDE}/")]
