"""A zip says how large it is before it is unpacked."""

import io
import zipfile

import pytest

from shoplib.localaws.functions import zips
from shoplib.localaws.functions.zips import UnsoundZip, require_sound


def test_entries_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zips, "MOST_ENTRIES", 2)
    require_sound(_zip("ab"))
    with pytest.raises(UnsoundZip, match="more than 2 entries"):
        require_sound(_zip("abc"))


def _zip(names: str) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as archive:
        for name in names:
            archive.writestr(name, b"")
    return raw.getvalue()
