"""The result on a terminal, and as JSON for machines."""

from collections.abc import Iterator
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from shoplib import analytics
from shoplib.analytics.report import Report
from shoplib.demo.run import PICTURES

if TYPE_CHECKING:
    from shoplib.demo.run import Result

ROWS = 8
NUMBERS = (int, float, Decimal)


def show(result: "Result", files: list[Path], program: str = "shoplib", stays: bool = False) -> None:
    """Funnel, conversion, sales and proofs; then what to open and what to try, by the name of the `program`."""
    console = Console(highlight=False, emoji=False)
    steps = analytics.funnel(result.events)[["step", "sessions", "rate_from_first", "low", "high"]]
    console.print(_frame("Funnel of the simulated shoppers (95 % interval)", steps))
    sessions = analytics.sessions(result.events)
    console.print(_frame("Conversion by device (95 % interval)", analytics.conversion_rate(sessions, by="device")))
    for key in ("day", "country", "product"):
        console.print(_frame(f"Sales by {key}", analytics.sales_by(result.events, key).head(ROWS)))
    console.print(_proofs(result))
    for line in closing_lines(result, files, program, stays):
        console.print(line, markup=False, soft_wrap=True)


def closing_lines(result: "Result", files: list[Path], program: str, stays: bool) -> Iterator[str]:
    """What to open, what to try, and where to go on."""
    order = next((placed.order_id for placed in reversed(result.outcome.placed)), "<order id>")
    beside = [name for name in PICTURES if result.report.with_name(name) in files]
    linked = f", which links to {' and '.join(beside)}" if beside else ""
    folder = next((f"; the architecture is drawn in {path.parent}" for path in files if path.name == "shop.svg"), "")
    yield f"open   {result.report}{linked}{folder}"
    if stays:
        yield f"shop   {program} shop opens the shop in a browser: {result.page}"
        tries = [f"journey {order}", "report", "diagrams --live", "logs CartFunction"]
        yield f"try    {', '.join(f'{program} {each}' for each in tries)}; {program} down ends the shop"
    else:
        yield f"try    {program} demo --keep leaves the shop up, for journey, report, diagrams --live and logs"
    yield f"learn  {program} lab opens the first lesson in JupyterLab"


def show_figures(report: Report, path: Path) -> None:
    """The key figures of the page at `path`."""
    console = Console(highlight=False, emoji=False)
    for box in report.boxes:
        table = Table(title=Text(box.name), show_header=False)
        for name, value in box.figures:
            table.add_row(Text(name), Text(value, justify="right"))
        console.print(table)
        for text in filter(None, (box.of, box.note)):
            console.print(text, markup=False, style="dim")
    console.print(f"report: {path}", markup=False, soft_wrap=True)


def as_json(result: "Result", files: list[Path]) -> dict[str, Any]:
    """The same for machines; amounts are decimal strings."""
    return {
        "ok": result.ok,
        "sessions": len(result.outcome.sessions),
        "requests": result.outcome.requests,
        "orders_accepted": len(result.outcome.placed),
        "payments_declined": result.outcome.declined,
        "orders_replayed": result.imported_orders,
        "totals": {name: str(value) for name, value in analytics.totals(result.events).items()},
        "proofs": [asdict(proof) for proof in result.proofs],
        "report": str(result.report),
        "diagrams": [str(path) for path in files],
    }


def _proofs(result: "Result") -> Table:
    table = Table(title="Proofs")
    for heading in ("", "claim", "seen"):
        table.add_column(heading)
    for proof in result.proofs:
        table.add_row("[green]holds[/]" if proof.ok else "[red]FAILS[/]", proof.claim, proof.detail)
    return table


def _frame(title: str, frame: Any) -> Table:
    table = Table(title=title)
    for column in frame.columns:
        numeric = all(isinstance(value, NUMBERS) for value in frame[column])
        table.add_column(str(column).replace("_", " "), justify="right" if numeric else "left")
    for row in frame.itertuples(index=False):
        table.add_row(*(_cell(value) for value in row))
    return table


def _cell(value: Any) -> Text:
    """Never read as markup: names are the data's own."""
    if isinstance(value, float):
        return Text("-" if value != value else f"{value:,.3f}")
    return Text(f"{value:,}" if isinstance(value, int | Decimal) else str(value))
