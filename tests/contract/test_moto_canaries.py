"""Each correction of moto is still needed, and works. A failing canary says: delete the plug-in (or adapt it)."""

import json
import subprocess
import sys
from functools import cache

import pytest

from shoplib.localaws.moto_version import KNOWN
from tests.contract import moto_facts

FAULTS = [fact.__name__ for fact in moto_facts.FACTS]
# Backends alone: the lock that makes conditional writes atomic is around the whole API call (see the engine's tests).
CORRECTED_IN_THE_API = {"dynamodb_lets_two_conditional_writes_win"}


@cache
def facts(*how: str) -> dict[str, bool]:
    """In processes of their own: another test of this session may have corrected moto already."""
    run = subprocess.run(
        [sys.executable, "-m", "tests.contract.moto_facts", *how],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    found: dict[str, bool] = json.loads(run.stdout)
    return found


@pytest.mark.nightly
@pytest.mark.parametrize("fault", FAULTS)
def test_moto_still_has_the_fault(fault: str) -> None:
    assert facts()[fault], f"moto {KNOWN} no longer has this fault: {fault}; its plug-in in moto_fixes can go"


@pytest.mark.parametrize("fault", sorted(set(FAULTS) - CORRECTED_IN_THE_API))
def test_the_correction_removes_the_fault(fault: str) -> None:
    assert not facts("corrected")[fault]


def test_what_is_changed_of_moto_can_be_undone() -> None:
    """In a process of its own: every place is listed, and stands afterwards as moto has it."""
    code = (
        "from shoplib.localaws import dynamodb, moto_fixes, moto_patches, redrive, table_feeds, trace_propagation\n"
        "rooms = (trace_propagation, redrive, table_feeds)\n"
        "install = lambda: [dynamodb.install(), moto_fixes.install_all(), *(room.install() for room in rooms)]\n"
        "install(); install()\n"
        "places = {place: patch.original for place, patch in moto_patches.APPLIED.items()}\n"
        "moto_patches.undo_all()\n"
        "now = {(owner, name): vars(owner).get(name, moto_patches.ABSENT) for owner, name in places}\n"
        "left = [str(place) for place, original in places.items() if now[place] is not original]\n"
        "ours = [str(was) for was in places.values() if 'shoplib' in str(getattr(was, '__module__', ''))]\n"
        "print(len(places), left, ours)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    many, rest = done.stdout.split(" ", 1)
    assert int(many) > 30 and rest.strip() == "[] []"
