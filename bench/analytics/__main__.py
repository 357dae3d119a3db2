"""`python -m bench.analytics --events 1000000 10000000`: time and peak memory, ours beside theirs, in one run.

Lakes are simulated, seeded, and kept in `.bench/lakes`. Every answer is compared with all the others.
"""

import argparse
import json
import subprocess
import sys
from itertools import product
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from bench.analytics.contenders import CONTENDERS
from bench.analytics.writing import records_a_second
from shoplib import analytics

LAKES = Path(__file__).parents[2] / ".bench" / "lakes"
QUESTIONS = {
    "funnel": "funnel per day and device",
    "conversion": "sessions and conversion",
    "revenue": "revenue, orders and pieces by category and day",
}
# Naive pandas needs about 400 bytes an event.
MOST_NAIVE = 12_000_000
DAYS = 30


def lake_of(events: int) -> Path:
    """A compacted lake of about so many events, made when it is not there yet."""
    folder = LAKES / str(events)
    if not (folder / "ready").exists():
        options = ["--events", str(events), "--days", str(DAYS), "--start", "2026-01-01", "--no-corrupt"]
        subprocess.run(
            [sys.executable, "-m", "shoplib", "simulate", *options, "--out", str(folder)], check=True, stdout=sys.stderr
        )
        analytics.compact(folder / "lake")
        (folder / "ready").touch()
    return folder / "lake"


def run(lake: Path, question: str, contender: str) -> dict[str, object]:
    command = [sys.executable, "-m", "bench.analytics.contenders", str(lake), question, contender]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def measure(events: int, rounds: int) -> dict[str, dict[str, dict[str, float]]]:
    """Best of `rounds` per question and contender: seconds and megabytes."""
    lake = lake_of(events)
    names = [name for name in CONTENDERS if name != "naive pandas" or events <= MOST_NAIVE]
    answers: dict[str, object] = {}
    best: dict[str, dict[str, dict[str, float]]] = {question: {} for question in QUESTIONS}
    work = list(product(range(rounds), QUESTIONS, names))
    for _, question, name in track(work, f"{events:,} events", console=Console(stderr=True)):
        found = run(lake, question, name)
        assert answers.setdefault(question, found["answer"]) == found["answer"], f"{name} disagrees on the {question}"
        known = best[question].get(name, {"seconds": float("inf"), "megabytes": 0.0})
        best[question][name] = {
            "seconds": min(known["seconds"], found["seconds"]),
            "megabytes": max(known["megabytes"], found["megabytes"]),
        }
    return best


def show(events: int, figures: dict[str, dict[str, dict[str, float]]]) -> Table:
    shown = Table(title=f"{events:,} events: seconds / peak MB (seconds as a multiple of DuckDB by hand)")
    names = list(dict.fromkeys(name for row in figures.values() for name in row))
    for heading in ("", *names):
        shown.add_column(heading, justify="right" if heading else "left")
    for question, row in figures.items():
        base = row["DuckDB by hand"]["seconds"]
        cells = [f"{f['seconds']:.2f} / {f['megabytes']:,.0f} ({f['seconds'] / base:.2f}x)" for f in row.values()]
        shown.add_row(QUESTIONS[question], *cells)
    return shown


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--events", type=int, nargs="+", default=[1_000_000, 10_000_000])
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--json", action="store_true")
    options = asked.parse_args()
    figures = {events: measure(events, options.rounds) for events in options.events}
    writer = records_a_second()
    if options.json:
        print(json.dumps({"analyses": figures, "writer, records a second on one core": writer}, indent=2))
        return
    for events, found in figures.items():
        Console(width=140).print(show(events, found))
    print(f"the function that writes the lake: {writer:,.0f} records a second on one core, JSON to Parquet")


if __name__ == "__main__":
    main()
