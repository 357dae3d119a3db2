"""A zip says how large it is before it is unpacked."""

import io
import zipfile
from pathlib import Path

import pytest

from shoplib.localaws.functions import zips
from shoplib.localaws.functions.contents import Contents
from shoplib.localaws.functions.zips import UnsoundZip, require_sound


def test_entries_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zips, "MOST_ENTRIES", 2)
    require_sound(_zip("a", "b"))
    with pytest.raises(UnsoundZip, match="more than 2 entries"):
        require_sound(_zip("a", "b", "c"))


def test_zips_cannot_leave_their_folder(tmp_path: Path) -> None:
    root = Contents(tmp_path / "code").unpack(_zip("../../escaped.py"))
    assert not (tmp_path / "escaped.py").exists()
    assert list(root.rglob("escaped.py"))
    with pytest.raises(zipfile.BadZipFile):
        Contents(tmp_path / "code").unpack(b"no zip")


def _zip(*names: str) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as archive:
        for name in names:
            archive.writestr(name, b"")
    return raw.getvalue()
