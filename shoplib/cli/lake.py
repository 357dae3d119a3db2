"""`shoplib compact`: the lake's small objects become few."""

import json
from datetime import date, datetime
from typing import Any

import typer

from shoplib.errors import LabError

commands = typer.Typer()
DAYS = typer.Option(
    [], "--days", help="A day (UTC, as 2026-01-31); may be given several times. Without: all that wait."
)
AS_JSON = typer.Option(False, "--json", help="Answer with JSON.")
HEADINGS = ("day", "objects", "parts", "MB", "events", "duplicates", "bots", "late")


@commands.command()
def compact(days: list[str] = DAYS, as_json: bool = AS_JSON) -> None:
    """Compact the deployed lake: each day's small objects into few files, each event once. Twice changes nothing."""
    from shoplib import lab

    wanted = [f"{_day(text)}" for text in days]
    answer = _compacted(lab.start(), wanted)
    if as_json:
        typer.echo(json.dumps(answer, indent=2))
    else:
        _show(answer)
    raise typer.Exit(1 if answer["failed"] else 0)


def _day(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise LabError(f"{text} is no day", "say --days 2026-01-31") from None


def _compacted(place: Any, days: list[str]) -> dict[str, Any]:
    """All answers of the function as one; it names the days that a run leaves for the next one."""
    answer = place.invoke("clickstream", "CompactFunction", {"days": days})
    while answer["left"]:
        more = place.invoke("clickstream", "CompactFunction", {"days": answer["left"]})
        answer = {name: answer[name] + more[name] for name in ("days", "failed")} | {"left": more["left"]}
    return dict(answer)


def _show(answer: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    from shoplib.core.lake import SET_ASIDE

    console, table = Console(highlight=False, emoji=False), Table(box=None, padding=(0, 1))
    for heading in HEADINGS:
        table.add_column(heading, justify="left" if heading == "day" else "right", no_wrap=True)
    for day in answer["days"]:
        table.add_row(*_cells(day))
    if table.row_count:
        console.print(table)
    else:
        console.print("Nothing to do: every event is in a compacted part.")
    for one in [each for day in answer["days"] for each in day["quarantined"]]:
        typer.echo(f"{one['key']} {one['reason']}; it is in the lake's quarantine now: {SET_ASIDE}/{one['key']}")
    for failed in answer["failed"]:
        console.print(
            f"{failed['day']} was not compacted: {failed['error']}", style="red", markup=False, soft_wrap=True
        )


def _cells(day: dict[str, Any]) -> list[str]:
    counts = day["counts"]
    numbers = [day["objects"], day["parts"]]
    amounts = [counts[name] for name in ("rows", "duplicates", "bots", "late")]
    return [day["day"], *(f"{n:,}" for n in numbers), f"{day['bytes'] / 1e6:,.2f}", *(f"{n:,}" for n in amounts)]
