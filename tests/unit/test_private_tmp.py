"""What stays within a function's reach when the machine's /tmp is hidden from it."""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from shoplib.localaws.functions.worker import private_tmp

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has mounts of a process's own")
ELSEWHERE = Path(sys.base_prefix)  # the interpreter, which nobody installs into /tmp


@pytest.fixture
def below_tmp() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        yield Path(folder)


def test_folders_below_tmp_stay_and_others_need_nothing(below_tmp: Path) -> None:
    (below_tmp / "code" / "lib").mkdir(parents=True)
    needed = [str(below_tmp / "code"), str(below_tmp / "code" / "lib"), str(ELSEWHERE), str(below_tmp / "absent")]
    assert private_tmp._below_tmp(needed) == [str(below_tmp / "code")]


def test_a_link_from_tmp_to_elsewhere_stays_and_so_does_one_within_tmp(below_tmp: Path) -> None:
    (below_tmp / "code").mkdir()
    (below_tmp / "venv").symlink_to(ELSEWHERE)
    (below_tmp / "link").symlink_to(below_tmp / "code")
    assert private_tmp._below_tmp([str(below_tmp / "venv")]) == [str(below_tmp / "venv")]
    both = [str(below_tmp / "code"), str(below_tmp / "link")]
    assert private_tmp._below_tmp([str(below_tmp / "link")]) == both
