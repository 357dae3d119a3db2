"""`shoplib compact | lake add`: merge the lake's small objects; turn a user's own file into a lake."""

import json
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any

import typer

from shoplib.cli import own_files
from shoplib.cli.places import Place, program
from shoplib.cli.shared_options import takes
from shoplib.errors import LabError

commands = typer.Typer()
lake_commands = typer.Typer(no_args_is_help=True, help="Put your own events into a lake.")
commands.add_typer(lake_commands, name="lake")
KINDS = ("events", "orders")
DAYS = typer.Option(
    [], "--days", help="A day (UTC), such as 2026-01-31. Repeatable. Default: every day with new objects."
)
AS_JSON = typer.Option(False, "--json", help="Print JSON.")
HEADINGS = ("day", "objects", "parts", "MB", "events", "duplicates", "bots", "late")


@commands.command()
@takes("where", Place)
def compact(
    days: list[str] = DAYS,
    *,
    where: Place,
    as_json: bool = AS_JSON,
) -> None:
    """Compact the deployed lake: merge each day's small objects, each event once. Idempotent."""
    from shoplib import lab

    texts = [f"{_day(text)}" for text in days]
    answer = _merge_answers(lab.start(where.find_deployed()), texts)
    if as_json:
        typer.echo(json.dumps(answer, indent=2))
    else:
        _show(answer)
    raise typer.Exit(1 if answer["failed"] else 0)


@lake_commands.command()
@takes("reading", own_files.FileOptions)
def add(
    file: Path = typer.Argument(help="CSV, Excel, JSON or Parquet; also compressed, a folder or a glob pattern."),
    lake: str = typer.Option("lake", "--lake", help="A folder, created if missing, or s3://bucket/folder."),
    kind: str = typer.Option(None, "--as", help="events or orders. Default: detected from the columns."),
    *,
    reading: own_files.FileOptions,
    as_json: bool = AS_JSON,
) -> None:
    """Add your own events or orders to a lake, which both DuckDB and pandas can query."""
    from shoplib import analytics

    if kind not in (None, *KINDS):
        raise LabError(f"--as {kind} is not a kind of rows", f"pass --as {' or --as '.join(KINDS)}")
    options = reading.to_dict()
    loaded = own_files.load(file, own_files.are_orders(file, kind, options), options, reading.save_mapping)
    added = analytics.add(loaded, lake)
    if as_json:
        typer.echo(json.dumps(asdict(added), indent=2))
    else:
        typer.echo(
            f"{added.events:,} events of {added.days:,} days are in {added.lake}, {added.rejected:,} rows in its "
            f"quarantine; next: {program()} report --lake {lake}"
        )


def _day(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise LabError(f"{text} is not a valid date", "pass --days 2026-01-31") from None


def _merge_answers(place: Any, days: list[str]) -> dict[str, Any]:
    """Invoke the function until no day is left, and merge its answers."""
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
        console.print("Nothing to do: all events are already compacted.")
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
