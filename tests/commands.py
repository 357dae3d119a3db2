"""`shoplib ...` as typed, in this process: quick, and with the same exit code and the same lines as a process."""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from shoplib.cli import main


@dataclass(frozen=True)
class Ended:
    """A command's exit code, what it printed, and what it complained about."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Command = Callable[..., Ended]


def runner(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    def run(*arguments: object) -> Ended:
        monkeypatch.setattr(sys, "argv", ["shoplib", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
            raise SystemExit(0)
        captured = capsys.readouterr()
        return Ended(int(ended.value.code or 0), captured.out, captured.err)

    return run


def assert_refused(done: Ended, *texts: str) -> None:
    """A mistake of the user's: exit code 1, what is wrong, what to do next, and no more."""
    assert (done.code, done.out) == (1, ""), done.err
    first, *rest = done.err.splitlines()
    assert first.startswith("error: ")
    assert len(rest) == 1 and rest[0].startswith("  next: ")
    for text in texts:
        assert text in done.err
