"""`shoplib gameday run | status | detect | mend | score`: faults in the running shop, to be found and mended."""

import json
from dataclasses import asdict
from typing import Any

import typer
from rich.table import Table

from shoplib.cli import showing
from shoplib.cli.places import LocalPlace
from shoplib.cli.progress import stages
from shoplib.cli.shared_options import takes
from shoplib.errors import LabError

commands = typer.Typer()
gameday_commands = typer.Typer(
    no_args_is_help=True, help="Game day: five faults hit the running shop; players find and mend them."
)
commands.add_typer(gameday_commands, name="gameday")
AS_JSON = typer.Option(False, "--json", help="Print JSON.")
RESOURCE = typer.Argument(help="Logical id of the faulty resource, such as CartFunction.")


@gameday_commands.command()
@takes("where", LocalPlace)
def run(
    seed: int = typer.Option(1, help="Seed of the faults' order and times."),
    minutes: float = typer.Option(30, min=0.01, help="Length of the game."),
    customers: bool = typer.Option(True, help="Send simulated shoppers to the shop during the game."),
    *,
    where: LocalPlace,
    as_json: bool = AS_JSON,
) -> None:
    """Run a game in this terminal until all faults are mended or time is up. Players use other terminals."""
    from contextlib import nullcontext

    from shoplib import gameday, lab, provision
    from shoplib.shoppers import seed as shelves

    place = lab.start(where.find())
    missing = [name for name in provision.pattern_names() if not provision.exists(name, place.target)]
    with stages() as stage:
        if missing:
            with stage("deploying the shop") as show:
                provision.deploy_patterns(missing, place.target, show)
            with stage("filling the shelves"):
                shelves.fill_the_shelves(place)
    game = gameday.GameDay(place.target)
    typer.echo("The game has begun. Players: `shoplib gameday status`, detect, mend.", err=True)
    clients = gameday.coming(place, game.board, seed) if customers else nullcontext()
    game.begin(seed, minutes * 60)
    with clients:
        game.run(lambda state: _print_line(state))
    _print_score(gameday.score(game.board.read()), as_json)


@gameday_commands.command()
@takes("where", LocalPlace)
def status(*, where: LocalPlace, as_json: bool = AS_JSON) -> None:
    """Show the state of the game: time left, customers and alarms, but not the faults."""
    from shoplib import gameday

    game = gameday.Board().read()
    detections, mends = (sum(bool(getattr(case, what)) for case in game.cases) for what in ("detected", "mended"))
    counts = {"left_seconds": _left(game), "detected": detections, "mended": mends, "wrong": game.wrong}
    alarms = _alarms(where)
    state = {**counts, "customers_served": game.served, "customers_lost": game.lost, "alarms": alarms}
    typer.echo(json.dumps(state) if as_json else "\n".join(f"{name}: {_plain(value)}" for name, value in state.items()))


@gameday_commands.command()
@takes("where", LocalPlace)
def detect(resource: str = RESOURCE, *, where: LocalPlace) -> None:
    """Name a faulty resource; the time until then is scored."""
    if not _game(where).detect(resource):
        raise LabError(f"{resource} itself is not at fault", "look at what it calls, and at who calls it")
    typer.echo(f"yes, {resource} is at fault; now mend it: `shoplib gameday mend {resource} CAUSE`")


@gameday_commands.command()
@takes("where", LocalPlace)
def mend(
    resource: str = RESOURCE,
    cause: str = typer.Argument(help="errors, delay, throttling, unavailable or answer."),
    *,
    where: LocalPlace,
) -> None:
    """Name the faulty resource and the cause; when both are right, the fault is removed."""
    if not _game(where).mend(resource, cause):
        raise LabError(f"{cause} at {resource} is not the fault", "its log, its metrics and the live picture say more")
    typer.echo(f"mended: {cause} at {resource}")


@gameday_commands.command()
def score(as_json: bool = AS_JSON) -> None:
    """Show the score of the last game: times to detect and to mend, and points. Only after the game."""
    from shoplib import gameday

    game = gameday.Board().read()
    if not game.is_over and _left(game):
        raise LabError("the game is still running, and its score reveals the answers", "`shoplib gameday status`")
    _print_score(gameday.score(game), as_json)


def _game(where: LocalPlace) -> Any:
    from shoplib import gameday

    return gameday.GameDay(where.find_deployed())


def _left(game: Any) -> int:
    import time

    return 0 if game.is_over else max(int(game.ends - time.time()), 0)


def _alarms(where: LocalPlace) -> list[str]:
    cloudwatch = where.find_deployed().client("cloudwatch")
    pages = cloudwatch.get_paginator("describe_alarms").paginate(StateValue="ALARM")
    return [alarm["AlarmName"] for page in pages for alarm in page["MetricAlarms"]]


def _plain(value: Any) -> str:
    return (", ".join(value) or "none") if isinstance(value, list) else str(value)


def _print_line(game: Any) -> None:
    """Print one line over the last one, without what players should find out themselves."""
    line = f"{_left(game):5} s left, {game.served} customers served, {game.lost} lost, {_mended(game)} mended"
    typer.echo(f"\r{line}", nl=False, err=True)


def _mended(game: Any) -> str:
    return f"{sum(bool(case.mended) for case in game.cases)} of {len(game.cases)}"


def _print_score(result: Any, as_json: bool) -> None:
    if as_json:
        means = {"mean_to_detect": result.mean_to_detect, "mean_to_mend": result.mean_to_mend}
        typer.echo(json.dumps({**asdict(result), **means}))
        return
    table = Table("fault", "where", "cause", "detected after", "mended after", "points", box=None, padding=(0, 2))
    for row in result.rows:
        table.add_row(row.name, row.where, row.cause, _seconds(row.to_detect), _seconds(row.to_mend), str(row.points))
    console = showing.terminal()
    console.print()
    console.print(table)
    console.print(f"{result.points} of {result.most} points; {result.wrong} wrong answers")
    console.print(f"{result.served} customers served, {result.lost} lost")
    for row in result.rows:
        console.print(f"{row.name}: {row.signs}", markup=False)


def _seconds(value: float | None) -> str:
    return "never" if value is None else f"{value:.0f} s"
