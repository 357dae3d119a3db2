"""How a command ends that is told to."""

import importlib
import signal
import threading
from pathlib import Path

import pytest

from shoplib import cli

LIMIT_S = 20
CATCHES_ALL = """
import os, signal, time
try:
    os.kill(os.getpid(), signal.%s)
    for _ in range(1000):
        pass
except:
    pass
"""


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_a_module_that_catches_everything_keeps_nobody_from_stopping(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (tmp_path / f"catches_{name}.py").write_text(CATCHES_ALL % name, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt), cli._announcing_stop():
            importlib.import_module(f"catches_{name}")
            threading.Event().wait(LIMIT_S)
            raise AssertionError("nobody stopped it")
    finally:
        signal.signal(signal.SIGINT, before)
    assert not [each for each in threading.enumerate() if isinstance(each, threading.Timer)]
