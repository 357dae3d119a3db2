"""`shoplib fault add | list | remove`: inject errors, throttling and delays into API calls and functions."""

import json
import os
from typing import Any

import typer

from shoplib.cli.places import LocalPlace
from shoplib.cli.shared_options import takes
from shoplib.errors import LabError

commands = typer.Typer()
fault_commands = typer.Typer(
    no_args_is_help=True, help="Inject faults into the local AWS: errors, throttling and delays."
)
commands.add_typer(fault_commands, name="fault")
AS_JSON = typer.Option(False, "--json", help="Print JSON.")
ACTION = "aws:lambda:invocation-add-delay, -error or -http-integration-response; aws:fis:inject-api-throttle-error, "
ACTION += "-internal-error or -unavailable-error; shoplib:inject-api-delay or -timeout."
HEADINGS = ("id", "action", "target", "principal", "share", "seed", "struck", "ends")


@fault_commands.command()
@takes("where", LocalPlace)
def add(
    action: str = typer.Argument(help=ACTION),
    target_name: str = typer.Option(
        ..., "--target", help="A function, or for API calls a service with operations: dynamodb:PutItem, s3:Get*, sqs."
    ),
    principal: str = typer.Option(None, help="Only calls of this function or role."),
    percentage: float = typer.Option(100.0, help="Percentage of calls that fail."),
    duration: float = typer.Option(None, help="Seconds. Default: until it is removed or this terminal closes."),
    seed: int = typer.Option(None, help="With the same seed, the same calls of a run are affected."),
    delay: int = typer.Option(None, "--delay", help="Milliseconds; for -add-delay, -api-delay and -api-timeout."),
    run_handler: bool = typer.Option(False, "--run-handler", help="Run the handler before replacing its response."),
    status_code: int = typer.Option(None, help="For -http-integration-response."),
    content_type: str = typer.Option(None, help="For -http-integration-response."),
    *,
    where: LocalPlace,
    as_json: bool = AS_JSON,
) -> None:
    """Add a fault and print its id. On AWS, use AWS Fault Injection Service."""
    from shoplib import provision

    own = {"statusCode": status_code, "contentTypeHeader": content_type, _delay_of(action): delay}
    own |= {"preventExecution": False} if run_handler else {}
    setting = provision.add_fault(
        action,
        target_name,
        where.find_deployed(),
        principal=principal,
        percentage=percentage,
        duration=duration,
        seed=seed,
        parameters={name: value for name, value in own.items() if value is not None},
        owner=_terminal(),
    )
    typer.echo(json.dumps(setting, indent=2) if as_json else f"{setting['id']} {_words(setting)}")


@fault_commands.command("list")
@takes("where", LocalPlace)
def list_(*, where: LocalPlace, as_json: bool = AS_JSON) -> None:
    """List the active faults, and how many calls each affected."""
    from shoplib import provision

    settings = provision.faults(where.find_deployed())
    if as_json:
        typer.echo(json.dumps(settings, indent=2))
    elif settings:
        _show(settings)
    else:
        typer.echo("No faults are set.")


@fault_commands.command()
@takes("where", LocalPlace)
def remove(
    identity: str = typer.Argument(None, metavar="[ID]", help="The fault's id."),
    every: bool = typer.Option(False, "--all", help="All faults, including those set by others."),
    *,
    where: LocalPlace,
) -> None:
    """Remove a fault, or all faults."""
    from shoplib import provision

    if bool(identity) == every:
        raise LabError("nothing selected to remove", "pass a fault's id from `shoplib fault list`, or --all")
    removed = provision.remove_faults(where.find_deployed(), identity)
    if identity and not removed:
        raise LabError(f"fault not found: {identity}", "`shoplib fault list` shows the active faults")
    typer.echo("\n".join(f"removed {each}" for each in removed) or "No faults were set.")


def _terminal() -> int | None:
    """Return the leader process of this terminal's session; None if there is none but this command itself."""
    if not hasattr(os, "getsid"):
        return None
    import psutil

    leader = os.getsid(0)
    return leader if leader not in (0, os.getpid()) and psutil.pid_exists(leader) else None


def _delay_of(action: str) -> str:
    names = {
        "aws:lambda:invocation-add-delay": "startupDelayMilliseconds",
        "shoplib:inject-api-timeout": "holdMilliseconds",
    }
    return names.get(action, "delayMilliseconds")


def _words(setting: dict[str, Any]) -> str:
    whose = f" of {setting['principal']}" if setting["principal"] else ""
    return f"{setting['action']} on {setting['percentage']:g} % of {setting['target']}{whose}, seed {setting['seed']}"


def _show(settings: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, padding=(0, 1))
    for heading in HEADINGS:
        table.add_column(heading, overflow="fold")
    for each in settings:
        share, ends = f"{each['percentage']:g} %", _ends(each)
        figures = (share, str(each["seed"]), str(each["struck"]), ends)
        table.add_row(each["id"], each["action"], each["target"], each["principal"] or "any", *figures)
    Console(highlight=False, emoji=False, width=160).print(table)


def _ends(setting: dict[str, Any]) -> str:
    if setting["remaining"] is not None:
        return f"in {setting['remaining']:.0f} s"
    return f"with process {setting['owner']}" if setting["owner"] else "when it is removed"
