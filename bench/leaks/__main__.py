"""`python -m bench.leaks --minutes 30`: traffic, samples, a plot per figure, and a verdict as exit code."""

import argparse
import sys
import threading
import time

from rich.console import Console
from rich.table import Table

from bench.leaks.samples import LIMITS, Samples, sparkline
from bench.leaks.traffic import Traffic, all_kinds
from bench.leaks.world import World
from bench.peers import Peer, ours

END_LIMIT_S = 120
TOLERATED = 0.05  # of a kind's cycles: a worker may be killed at any moment


def observe(peer: Peer, seconds: float, every_s: float) -> tuple[Samples, list[Traffic]]:
    """Run all traffic at once for that long."""
    world, samples, over = World(peer), Samples(peer.process), threading.Event()
    kinds = all_kinds(peer.process)
    threads = [threading.Thread(target=kind.run, args=(world, over), name=kind.name) for kind in kinds]
    threads.append(threading.Thread(target=samples.run, args=(every_s, over), name="samples"))
    for thread in threads:
        thread.start()
    _wait(seconds, samples, kinds)
    over.set()
    for thread in threads:
        thread.join(END_LIMIT_S)
    return samples, kinds


def _wait(seconds: float, samples: Samples, kinds: list[Traffic]) -> None:
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        threading.Event().wait(min(30, left))
        figures = ", ".join(f"{name} {values[-1]:.0f}" for name, values in samples.figures.items() if values)
        print(f"{left / 60:5.1f} min left: {figures}; {sum(kind.done for kind in kinds)} cycles", file=sys.stderr)


def plots(samples: Samples) -> Table:
    table = Table(title=f"The engine over {samples.at[-1] / 60:.1f} minutes of mixed traffic")
    for heading in ("", "from start to end", "lowest", "highest", "growth, 2nd half", "limit", ""):
        table.add_column(heading, justify="left" if heading in ("", "from start to end") else "right")
    for name, (unit, limit) in LIMITS.items():
        values, growth = samples.figures[name], samples.growth(name)
        shown = (f"{value:,.1f} {unit}".strip() for value in (min(values), max(values), growth, limit))
        table.add_row(name, sparkline(values), *shown, "flat" if growth <= limit else "GROWS")
    return table


def cycles(kinds: list[Traffic]) -> Table:
    table = Table(title="The traffic")
    for heading in ("kind", "cycles", "failed", "last failure"):
        table.add_column(heading, justify="right" if heading in ("cycles", "failed") else "left")
    for kind in kinds:
        table.add_row(kind.name, str(kind.done), str(len(kind.failures)), kind.failures[-1] if kind.failures else "")
    return table


def faults(samples: Samples, kinds: list[Traffic]) -> list[str]:
    """Why the verdict is bad; empty when all is flat and all traffic went through."""
    grown = [f"{name} grows" for name, (_, limit) in LIMITS.items() if samples.growth(name) > limit]
    broken = [kind.name for kind in kinds if len(kind.failures) > TOLERATED * (kind.done + 1)]
    return grown + [f"{name} failed too often" for name in broken]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.leaks", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--every", type=float, default=5, help="seconds between samples")
    options = parser.parse_args()
    with ours() as peer:
        samples, kinds = observe(peer, options.minutes * 60, options.every)
    console = Console(width=150)
    console.print(cycles(kinds))
    console.print(plots(samples))
    found = faults(samples, kinds)
    console.print(f"NOT FLAT: {', '.join(found)}" if found else "FLAT")
    sys.exit(1 if found else 0)


main()
