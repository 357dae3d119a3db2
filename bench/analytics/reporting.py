"""`python -m bench.analytics.reporting`: the report of a large file of order lines, by the command that one types.

Seeded order lines of the size and shape of a grocer's year (1,469,307 lines, 155,848 orders, 2,469 households).
`--lines` sets how many, `--json` prints JSON.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd

LINES, HOUSEHOLDS, PRODUCTS, LINES_AN_ORDER = 1_469_307, 2_469, 68_509, 9.43
COLUMNS = ("event_time=moment", "user_id=household", "order_id=basket", "value=spent")


@dataclass(frozen=True)
class Figures:
    """Seconds of the wall and of the processor, and the largest resident memory in MB."""

    lines: int
    seconds: float
    cpu_seconds: float
    memory_mb: float


def order_lines(count: int, seed: int = 1) -> pd.DataFrame:
    """Lines of baskets in order of time; few products are most of what is bought."""
    dice = np.random.default_rng(seed)
    orders = max(1, int(count / LINES_AN_ORDER))
    basket = np.sort(dice.integers(0, orders, count))
    start = np.datetime64("2025-01-01T08:00:00")
    moments = start + np.sort(dice.integers(0, 364 * 86_400, orders)).astype("timedelta64[s]")
    product = (dice.pareto(1.0, count) * 300).astype(int) % PRODUCTS
    quantity = np.where(dice.random(count) < 0.8, 1, dice.integers(1, 9, count))
    price = np.round(dice.lognormal(0.9, 0.7, PRODUCTS) + 0.2, 2)[product]
    return pd.DataFrame(
        {
            "household": dice.integers(1, HOUSEHOLDS + 1, orders)[basket],
            "basket": 31_198_570_044 + basket,
            "product_id": 25_000 + product,
            "quantity": quantity,
            "spent": np.round(price * quantity * dice.choice([1, 1, 1, 0.9, 0.8], count), 2),
            "moment": pd.Series(moments[basket]).dt.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
    )


def measure(lines: int) -> Figures:
    with tempfile.TemporaryDirectory() as folder:
        file, page = Path(folder) / "orders.csv", Path(folder) / "report.html"
        order_lines(lines).to_csv(file, index=False)
        options = [part for column in COLUMNS for part in ("--column", column)]
        command = [sys.executable, "-m", "shoplib", "report", "--orders", file, "--report", page, "--currency", "USD"]
        began = time.perf_counter()
        subprocess.run([*command, *options], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return Figures(lines, time.perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1_000)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=LINES)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    figures = asdict(measure(chosen.lines))
    if chosen.json:
        print(json.dumps(figures))
    else:
        print("; ".join(f"{name.replace('_', ' ')} {value:,.1f}" for name, value in figures.items()))


main()
