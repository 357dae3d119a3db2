"""What `notifications`, `schedules` and `metrics` correct in moto is still at fault there."""

import json
import subprocess
import sys
from functools import cache

import pytest

from shoplib.localaws.moto_version import KNOWN
from tests.contract import push_facts


@cache
def facts() -> dict[str, bool]:
    """In a process of their own: another test of this session may have corrected moto already."""
    command = [sys.executable, "-m", "tests.contract.push_facts"]
    run = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    found: dict[str, bool] = json.loads(run.stdout)
    return found


@pytest.mark.parametrize("fault", [fact.__name__ for fact in push_facts.FACTS])
def test_moto_still_has_the_fault(fault: str) -> None:
    assert facts()[fault], f"moto {KNOWN} no longer has this fault: {fault}; see which correction can go"
