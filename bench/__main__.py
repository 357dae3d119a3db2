"""`python -m bench`: every peer does every workload in turn; the table shows both figures and the ratio per line."""

import json
import sys
import time

from rich.console import Console
from rich.progress import track
from rich.table import Table

from bench.peers import Peer, ministack, ours
from bench.workloads import FIGURES, WORKLOADS

SETTLE_SECONDS = 20  # after the last call, for every peer: what is still there then stays


def measure(peers: list[Peer]) -> dict[str, dict[str, float]]:
    figures = {peer.name: {"start-up": peer.start_seconds * 1000, "memory, idle": peer.memory_mb()} for peer in peers}
    rounds = [(workload, peer) for workload in WORKLOADS for peer in peers]
    for workload, peer in track(rounds, description="measuring", console=Console(stderr=True)):
        figures[peer.name] |= workload(peer)
    time.sleep(SETTLE_SECONDS)
    for peer in peers:
        figures[peer.name]["memory, after load"] = peer.memory_mb()
    return figures


def ratio(figure: str, ours: float, theirs: float) -> float:
    """How many times better ours is: above 1 is ahead, whichever way the figure counts."""
    return ours / theirs if FIGURES[figure][1] else theirs / ours


def table(figures: dict[str, dict[str, float]]) -> Table:
    shown = Table(title="The same work, side by side in one run")
    for heading in ("", "unit", *figures, "times better"):
        shown.add_column(heading, justify="left" if heading in ("", "unit") else "right")
    for name, (unit, _) in FIGURES.items():
        values = [peer[name] for peer in figures.values()]
        shown.add_row(name, unit, *(f"{value:,.1f}" for value in values), f"{ratio(name, *values):.2f}")
    return shown


def main() -> None:
    with ours() as mine, ministack() as peer:
        figures = measure([mine, peer])
    if "--json" in sys.argv:
        print(json.dumps(figures, indent=2))
    else:
        Console(width=120).print(table(figures))


main()
