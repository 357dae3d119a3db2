"""A disk without room leaves what was there as it was, says so in one line, and nothing half beside it."""

import gc
import os
import resource
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from shoplib import analytics, architecture, whole_files
from shoplib.analytics.folders import Folder
from shoplib.analytics.report.exporting import export_csv, export_parquet, export_xlsx
from shoplib.architecture import journey
from shoplib.errors import LabError
from shoplib.localaws import state
from shoplib.provision import artifacts
from shoplib.provision.template import load
from shoplib.shoppers import simulation
from shoplib.shoppers.simulation import destinations
from tests.lake_events import crowd, put, table
from tests.unit import journey_rows

Write = Callable[[], object]
Prepare = Callable[[Path], Write]
FULL_AT = 64  # bytes that a file may have
OLD = "as it was"


@contextmanager
def a_full_disk() -> Iterator[None]:
    """No file of this process can grow: the system refuses, as it does when there is no room."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (FULL_AT, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def report(path: Path) -> Write:
    cleaned = analytics.clean(table(crowd(1, 50)).to_pandas())
    return lambda: analytics.report.write(cleaned, path / "report.html")


def export(how: Callable[..., object], name: str) -> Prepare:
    made = partial(analytics.report.make, analytics.clean(table(crowd(1, 50)).to_pandas()))
    return lambda path: partial(how, made(), path / name)


def follow(path: Path) -> Write:
    picture = journey_rows.shop()
    found = journey.follow(picture, journey_rows.IDS, journey_rows.story(), journey_rows.ORDER)
    return lambda: found.save(path / "journey.html")


def draw(ending: str) -> Prepare:
    return lambda path: lambda: architecture.picture_of("clickstream").save(path / f"shop{ending}")


def package(path: Path) -> Write:
    source = path / "source"
    source.mkdir()
    (source / "a.py").write_text("def h(event, context): return 1\n")
    (source / "t.yaml").write_text(
        "Transform: AWS::Serverless-2016-10-31\nResources:\n  F:\n    Type: AWS::Serverless::Function\n"
        "    Properties: {CodeUri: ., Handler: a.h, Runtime: python3.12}\n"
    )
    template = load(source / "t.yaml")
    return lambda: artifacts.write(template, path)


def record(path: Path) -> Write:
    engine = state.Engine("http://127.0.0.1:1", 1, "us-east-1", "1" * 12, "2026-01-01T00:00:00")
    return lambda: state.write_record(state.StateDirectory(path), state.Record(engine, 1, "i" * 32, 1.0))


def store(path: Path) -> Write:
    return lambda: Folder(path).write("a", bytes(1_000))


def simulate(path: Path) -> Write:
    return lambda: simulation.run(simulation.World(sessions=20), destinations.Lake(path / "lake"), path)


WRITERS: dict[str, Prepare] = {
    "report.html": report,
    "tables.xlsx": export(export_xlsx, "tables.xlsx"),
    "key_figures.csv": export(export_csv, ""),
    "key_figures.parquet": export(export_parquet, ""),
    "journey.html": follow,
    **{f"shop{ending}": draw(ending) for ending in architecture.FORMATS},
    "F.zip": package,
    "engine.json": record,
    "a": store,
    "truth.json": simulate,
}


# openpyxl leaves an archive that it could not finish to the collector, which says so.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(("name", "prepare"), WRITERS.items(), ids=WRITERS)
def test_a_full_disk_leaves_the_old_file_whole(tmp_path: Path, name: str, prepare: Prepare) -> None:
    (tmp_path / name).write_text(OLD)
    write = prepare(tmp_path)
    with pytest.raises(LabError) as refused, a_full_disk():
        write()
    assert "cannot be written" in refused.value.what and "\n" not in refused.value.what
    assert "make room" in refused.value.next
    assert (tmp_path / name).read_text() == OLD
    assert [file.name for file in tmp_path.rglob("*") if file.name.startswith(".")] == []
    del refused
    gc.collect()


def test_the_command_says_one_line_and_ends_with_1(tmp_path: Path) -> None:
    put(Folder(tmp_path / "lake"), "one", crowd(1, 100))
    (tmp_path / "report.html").write_text(OLD)
    command = [sys.executable, "-m", "shoplib", "report", "--lake", "lake", "--report", "report.html"]
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (FULL_AT, FULL_AT))  # noqa: E731
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, timeout=240, check=False, preexec_fn=limit,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    errors = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert errors == ["error: report.html cannot be written: File too large"]
    assert "Traceback" not in done.stderr
    assert (tmp_path / "report.html").read_text() == OLD


def test_whoever_reads_meanwhile_sees_the_old_or_the_new_one(tmp_path: Path) -> None:
    path, over = tmp_path / "file", threading.Event()
    whole_files.write(path, "a" * 100_000)

    def rewrite() -> None:
        for number in range(30):
            whole_files.write(path, "ab"[number % 2] * 100_000)
        over.set()

    writer = threading.Thread(target=rewrite)
    writer.start()
    seen = set[tuple[int, int]]()
    while not over.is_set():
        text = path.read_text()
        seen.add((len(text), len(set(text))))
    writer.join()
    assert seen == {(100_000, 1)}


def test_a_rewritten_file_keeps_its_mode_and_a_link_its_target(tmp_path: Path) -> None:
    path, link = tmp_path / "file", tmp_path / "link"
    whole_files.write(path, "one")
    path.chmod(0o640)
    link.symlink_to(path)
    whole_files.write(link, "two")
    assert link.is_symlink() and path.read_text() == "two"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_device_is_written_to_not_replaced() -> None:
    whole_files.write(Path(os.devnull), "nothing")
    assert not Path(os.devnull).is_file()


@pytest.mark.parametrize("name", ["", "no/such/folder/report.html"])
def test_what_cannot_be_written_is_said_before_the_work(tmp_path: Path, name: str) -> None:
    with pytest.raises(LabError, match="cannot be written"):
        whole_files.require_writable(tmp_path / name)
    assert list(tmp_path.iterdir()) == []
