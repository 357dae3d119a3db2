"""`shoplib simulate`: shoppers by the thousand or million, with the truth about them."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import typer

from shoplib.cli.deploying import warn_when_it_ends
from shoplib.cli.places import LocalPlace, entering
from shoplib.cli.progress import stages
from shoplib.cli.shared_options import takes
from shoplib.errors import LabError

commands = typer.Typer()
PLACES = {"http": "the pages' API", "stream": "the stream", "lake": "a local lake", "bucket": "the bucket of the lake"}
DESTINATIONS = tuple(PLACES)
SESSIONS = 1_000


@commands.command()
@takes("where", LocalPlace)
def simulate(
    sessions: int = typer.Option(
        None, min=1, help=f"Number of sessions. Default: {SESSIONS:,}, unless --events is passed."
    ),
    events: int = typer.Option(None, min=1, help="Approximate number of events, instead of --sessions."),
    seed: int = typer.Option(1, help="Seed of every decision."),
    to: str = typer.Option(
        "lake", help="Destination: http (the web pages' API), stream, lake (Parquet under --out) or bucket."
    ),
    out: Path = typer.Option(Path("simulation"), help="Folder for truth.json, corruption.parquet and the lake."),
    start: str = typer.Option(
        None, help="First day, such as 2026-01-31. By default the last day is yesterday; refunds may come later."
    ),
    days: int = typer.Option(56, help="Number of days."),
    corrupt: bool = typer.Option(True, help="Add duplicates, and late, delayed, repeated and malformed records."),
    workers: int = typer.Option(1, min=1, help="Number of processes that write a local lake in parallel."),
    *,
    where: LocalPlace,
    as_json: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """Simulate shoppers with exact ground truth in truth.json; the same seed gives the same events."""
    from shoplib.shoppers import simulation
    from shoplib.shoppers.simulation.world import EVENTS_A_SESSION

    if sessions and events:
        raise LabError("--sessions and --events cannot be used together", "pass one of them")
    many = sessions or (max(1, round(events / EVENTS_A_SESSION)) if events else SESSIONS)
    town = simulation.World(seed=seed, sessions=many, start=_day(start, days), days=days)
    with stages() as stage:
        destination = _destination(to, out, where, stage)
        with stage("simulating shoppers") as show:
            sessions_done = 0

            def done(more: int) -> None:
                nonlocal sessions_done
                sessions_done += more
                show("", sessions_done, many)

            result = simulation.run(town, destination, out, spoilt=corrupt, workers=workers, done=done)
    if to != "lake":
        warn_when_it_ends(destination.lab.target)
    facts = {"events": result.events, "records": result.records, "malformed": result.malformed}
    typer.echo(json.dumps(facts | {"truth": str(out / "truth.json")}) if as_json else _summary(facts, out, to))


def _day(text: str | None, days: int) -> date:
    if text is None:
        return datetime.now(UTC).date() - timedelta(days=days)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise LabError(f"--start {text} is not a valid date", "use 2026-01-31") from None


def _destination(to: str, out: Path, where: LocalPlace, stage: Any) -> Any:
    from shoplib.shoppers.simulation import destinations

    if to not in DESTINATIONS:
        raise LabError(f"unknown destination: {to}", f"pass --to {', '.join(DESTINATIONS)}")
    if to == "lake":
        if not where.is_default:
            raise LabError("a local lake is on no AWS", "leave out --endpoint-url and --region, or pass --to stream")
        return destinations.Lake(out / "lake")
    from shoplib import lab

    with stage(f"{entering()} and deploying the clickstream"):
        place = lab.start(where.find())
        place.deploy("clickstream")
    return {"http": destinations.Pages, "stream": destinations.Stream, "bucket": destinations.Bucket}[to](place)


def _summary(facts: dict[str, int], out: Path, to: str) -> str:
    where = f"in {out / 'lake'}" if to == "lake" else f"sent to {PLACES[to]}"
    return (
        f"{facts['events']:,} events as {facts['records']:,} records and {facts['malformed']:,} malformed ones, "
        f"{where}; the exact totals are in {out / 'truth.json'}"
    )
