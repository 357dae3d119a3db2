"""For readers that know no manifests: per day a text with the addresses of the parts that count, one on each line.

Hive calls such a text a symlink, and Athena's table of the lake lies over these texts. Over the parts' own folder it
would count the parts that compaction has replaced, and not yet removed, as well.
"""

from datetime import date

from shoplib.core import lake
from shoplib.core.lake import manifests
from shoplib.core.lake.manifests import Manifest
from shoplib.core.lake.objects import Objects

ATTEMPTS = 8


def point(objects: Objects, day: date) -> bool:
    """Make the day's text say what its manifest says; whether it does. Nothing is written when it does already.

    Who has just swapped the manifest calls it, and the tag is taken before the manifest is read: so an older manifest's
    addresses can never overwrite a newer one's.
    """
    return any(_attempt(objects, day) for _ in range(ATTEMPTS))


def _attempt(objects: Objects, day: date) -> bool:
    there = objects.read_with_tag(lake.symlink_key(day))
    content = addresses(objects, manifests.current(objects, day)[0])
    if there and there[0] == content:
        return True
    return objects.swap(lake.symlink_key(day), content, there[1] if there else None)


def addresses(objects: Objects, manifest: Manifest) -> bytes:
    """Where the parts are, in their order."""
    return "".join(f"{objects}/{part.key}\n" for part in manifest.parts).encode()


def days_with_text(objects: Objects) -> set[date]:
    """Days that have a text."""
    keys = [entry.key for entry in objects.entries(f"{lake.SYMLINKS}/")]
    return {day for day in map(lake.day_of, keys) if day}
