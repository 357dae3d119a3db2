"""What is settled before an engine starts: its folder, its variables, the moto that it knows."""

import stat
from pathlib import Path

import pytest

from shoplib.clean_environment import cleaned
from shoplib.errors import LabError
from shoplib.localaws import moto_version
from shoplib.localaws.state import state_directory, writable


def test_a_folder_that_was_open_is_closed_and_a_shared_one_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = tmp_path / "old"
    old.mkdir(mode=0o755)
    (old / "engine.json").write_text("{}")
    (old / "engine.json").chmod(0o644)
    monkeypatch.setenv("SHOPLIB_STATE_DIR", str(old))
    writable(state_directory())
    assert {stat.S_IMODE(path.stat().st_mode) for path in old.iterdir()} == {0o600}
    assert stat.S_IMODE(old.stat().st_mode) == 0o700
    old.chmod(0o1777)
    with pytest.raises(LabError, match="shared with other users"):
        writable(state_directory())


def test_what_an_engine_needs_is_kept() -> None:
    kept = {"PATH": "a", "HOME": "b", "LC_ALL": "c", "SHOPLIB_STATE_DIR": "d", "PYTHONPATH": "e"}
    assert cleaned({**kept, "AWS_PROFILE": "x", "HTTPS_PROXY": "http://user:secret@proxy", "GH_TOKEN": "y"}) == kept


def test_an_unknown_moto_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moto_version, "KNOWN", "0.0.1")
    with pytest.raises(LabError, match=r"works with moto 0.0.1, but moto .* is installed"):
        moto_version.require_known_moto()
