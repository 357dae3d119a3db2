"""The main job through its own door: what it proves, writes, leaves behind, and what it does without data."""

import json
import os
import re
import shlex
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest

from shoplib import localaws
from shoplib.cli import shop
from shoplib.demo.show import closing_lines
from shoplib.localaws.state import StateDirectory, read_record
from shoplib.shoppers import online_retail
from tests.commands import Command
from tests.processes import deaf_to_interrupts, lives, wait_until

END_LIMIT_SECONDS = 40
needs_data = pytest.mark.skipif(online_retail.find() is None, reason="UCI Online Retail is not here")


def shoplib(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "SHOPLIB_STATE_DIR": str(cwd / "state")}
    command = [sys.executable, "-m", "shoplib", *arguments]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=400, check=False)


@needs_data
@pytest.mark.timeout(900)
def test_the_demo_proves_itself_and_the_shop_stays_to_look_around_in(tmp_path):
    try:
        done = shoplib("demo", "--keep", "--orders", "20", "--sessions", "15", "--json", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        answer = json.loads(done.stdout)
        assert answer["ok"]
        assert all(proof["ok"] for proof in answer["proofs"])
        assert len(answer["proofs"]) == 12
        assert answer["orders_replayed"] == 20
        report = (tmp_path / "report.html").read_text()
        assert "<img alt=" in report
        assert 'href="live.svg"' in report and 'href="journey.html"' in report
        written = {Path(path).name for path in answer["diagrams"]}
        assert written >= {"rest.svg", "shop.svg", "live.svg", "journey.html"}
        for words in offered(tmp_path):
            tried = shoplib(*words, cwd=tmp_path)
            assert (tried.returncode, tried.stderr.count("error")) == (0, 0), (words, tried.stderr)
    finally:
        shoplib("down", cwd=tmp_path)
    wait_until_gone(tmp_path)


def offered(folder: Path) -> list[list[str]]:
    """The commands that the demo's last lines offer to try, with an order that there is; the last one ends the shop."""
    placed = "<order id>"
    result = SimpleNamespace(report=folder / "report.html", outcome=SimpleNamespace(placed=[]), page="http://page")
    lines = list(closing_lines(result, [folder / "live.svg", folder / "journey.html"], "shoplib", stays=True))
    assert [line.split()[0] for line in lines] == ["open", "shop", "try", "learn"]
    assert "live.svg and journey.html" in lines[0]
    order = re.search(r"[0-9a-f]{8}-[0-9a-f-]{27}", (folder / "journey.html").read_text())
    assert order
    return [
        shlex.split(words.replace(placed, order[0]))
        for words in re.findall(r"shoplib ([^,;]+?)(?=[,;]| ends)", lines[2])
    ]


def test_without_keep_it_says_how_to_keep_the_shop(tmp_path):
    result = SimpleNamespace(report=tmp_path / "report.html", outcome=SimpleNamespace(placed=[]))
    lines = list(closing_lines(result, [], ".venv/bin/shoplib", stays=False))
    assert len(lines) == 3
    assert ".venv/bin/shoplib demo --keep" in lines[1]


def wait_until_gone(cwd: Path) -> None:
    if record := read_record(StateDirectory(cwd / "state")):
        wait_until(lambda: not lives(record.engine.pid), "the engine's end", END_LIMIT_SECONDS)
    assert shoplib("status", cwd=cwd).returncode == 1


def test_sigterm_ends_it_like_ctrl_c(tmp_path):
    environment = {**os.environ, "SHOPLIB_STATE_DIR": str(tmp_path / "state")}
    command = deaf_to_interrupts([sys.executable, "-m", "shoplib", "demo", "--orders", "20", "--sessions", "15"])
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True) as demo:
        try:
            wait_until((tmp_path / "state" / "engine.json").exists, "the engine", END_LIMIT_SECONDS)
            demo.terminate()
            complaints = demo.communicate(timeout=END_LIMIT_SECONDS)[1]
        finally:
            demo.kill()
    assert (demo.returncode, "Traceback" in complaints) == (130, False), complaints
    assert "stopping..." in complaints
    assert not (tmp_path / "report.html").exists()
    shoplib("down", cwd=tmp_path)


@needs_data
def test_replaying_twice_counts_once(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHOPLIB_STATE_DIR", str(tmp_path / "state"))
    lines = online_retail.load(online_retail.find()).invoices(5)
    replay = ("replay", "--source", "online-retail", "--as", "events", "--orders", 5, "--json")
    try:
        first, again = command(*replay).json, command(*replay).json
    finally:
        localaws.down()
    assert first == again
    assert Decimal(first["net_revenue"]) * 1000 == int((lines.Quantity * lines.mills).sum())
    assert (first["lines"], first["invoices"]) == (len(lines), 5)


def test_without_the_data_it_says_how_to_get_it_and_goes_on(monkeypatch, capsys):
    monkeypatch.delenv(online_retail.VARIABLE, raising=False)
    monkeypatch.setattr(online_retail, "_places", list)
    assert shop._source(None, None) is None
    assert online_retail.HOME in capsys.readouterr().err
