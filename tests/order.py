"""The order of tests: what takes longest begins first; `SHOPLIB_TEST_ORDER=7` shuffles files, and the tests in them."""

import os
import random

import pytest

LONGEST = (
    "tests/cloud/shop/",
    "tests/notebooks/test_lessons_run.py",
    "tests/browser/test_lab_command.py",
    "tests/cloud/test_demo.py",
)
SEED = os.environ.get("SHOPLIB_TEST_ORDER")


def arrange(items: list[pytest.Item]) -> None:
    """All workers of a run come to the same order."""
    if SEED:
        items[:] = _shuffled(items, random.Random(SEED))
    else:
        items.sort(key=lambda item: _rank(item.nodeid))


def _rank(nodeid: str) -> int:
    places = (place for place, start in enumerate(LONGEST) if nodeid.startswith(start))
    return next(places, len(LONGEST))


def _shuffled(items: list[pytest.Item], chance: random.Random) -> list[pytest.Item]:
    """A file's tests stay together, for the sake of what they share."""
    files: dict[str, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(item.nodeid.partition("::")[0], []).append(item)
    groups = list(files.values())
    chance.shuffle(groups)
    for group in groups:
        chance.shuffle(group)
    return [item for group in groups for item in group]
