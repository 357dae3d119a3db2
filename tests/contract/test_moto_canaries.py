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


@pytest.mark.parametrize("fault", FAULTS)
def test_moto_still_has_the_fault(fault: str) -> None:
    assert facts()[fault], f"moto {KNOWN} no longer has this fault: {fault}; its plug-in in moto_fixes can go"


@pytest.mark.parametrize("fault", sorted(set(FAULTS) - CORRECTED_IN_THE_API))
def test_the_correction_removes_the_fault(fault: str) -> None:
    assert not facts("corrected")[fault]
