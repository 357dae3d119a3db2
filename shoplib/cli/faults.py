"""`shoplib fault add | list | remove`: errors, throttling and delays of API calls and functions, on a dial."""

import json
import os
from typing import Any

import typer

from shoplib.cli.places import ENDPOINT, REGION, deployed_target_of
from shoplib.errors import LabError

commands = typer.Typer()
fault_commands = typer.Typer(no_args_is_help=True, help="Faults on a dial: what the local AWS fails at, and how often.")
commands.add_typer(fault_commands, name="fault")
AS_JSON = typer.Option(False, "--json", help="Print JSON.")
ACTION = "aws:lambda:invocation-add-delay, -error or -http-integration-response; aws:fis:inject-api-throttle-error, "
ACTION += "-internal-error or -unavailable-error; shoplib:inject-api-delay or -timeout."
HEADINGS = ("id", "action", "target", "principal", "share", "seed", "struck", "ends")


@fault_commands.command()
def add(
    action: str = typer.Argument(help=ACTION),
    target_name: str = typer.Option(
        ..., "--target", help="A function; for API calls a service with operations: dynamodb:PutItem, s3:Get*, sqs."
    ),
    principal: str = typer.Option(None, help="Only calls of this function or role."),
    percentage: float = typer.Option(100.0, help="The share of calls that it strikes."),
    duration: float = typer.Option(None, help="Seconds. Default: until it is removed, or this terminal is gone."),
    seed: int = typer.Option(None, help="The same seed strikes the same calls of a run."),
    delay: int = typer.Option(None, "--delay", help="Milliseconds; of -add-delay, -api-delay and -api-timeout."),
    run_handler: bool = typer.Option(False, "--run-handler", help="Let the handler run before its answer is replaced."),
    status_code: int = typer.Option(None, help="Of -http-integration-response."),
    content_type: str = typer.Option(None, help="Of -http-integration-response."),
    endpoint_url: str | None = ENDPOINT,
    region: str | None = REGION,
    as_json: bool = AS_JSON,
) -> None:
    """Set a fault and print its id. On AWS, AWS Fault Injection Service does the same."""
    from shoplib import provision

    own = {"statusCode": status_code, "contentTypeHeader": content_type, _delay_of(action): delay}
    own |= {"preventExecution": False} if run_handler else {}
    setting = provision.add_fault(
        action,
        target_name,
        deployed_target_of(None, endpoint_url, None, region),
        principal=principal,
        percentage=percentage,
        duration=duration,
        seed=seed,
        parameters={name: value for name, value in own.items() if value is not None},
        owner=_terminal(),
    )
    typer.echo(json.dumps(setting, indent=2) if as_json else f"{setting['id']} {_words(setting)}")


@fault_commands.command("list")
def list_(endpoint_url: str | None = ENDPOINT, region: str | None = REGION, as_json: bool = AS_JSON) -> None:
    """The faults that are set, and how often each struck."""
    from shoplib import provision

    settings = provision.faults(deployed_target_of(None, endpoint_url, None, region))
    if as_json:
        typer.echo(json.dumps(settings, indent=2))
    elif settings:
        _show(settings)
    else:
        typer.echo("No fault is set.")


@fault_commands.command()
def remove(
    identity: str = typer.Argument(None, metavar="[ID]", help="The fault's id."),
    every: bool = typer.Option(False, "--all", help="Every fault, whoever set it."),
    endpoint_url: str | None = ENDPOINT,
    region: str | None = REGION,
) -> None:
    """Remove a fault, or all."""
    from shoplib import provision

    if bool(identity) == every:
        raise LabError("say which fault to remove", "its id from `shoplib fault list`, or --all")
    removed = provision.remove_faults(deployed_target_of(None, endpoint_url, None, region), identity)
    if identity and not removed:
        raise LabError(f"there is no fault {identity}", "`shoplib fault list` shows those that are set")
    typer.echo("\n".join(f"removed {each}" for each in removed) or "No fault was set.")


def _terminal() -> int | None:
    """The process that leads this terminal's session; None where there is none beside this command itself."""
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
