"""`shoplib up | down | status | env | serve`: the local AWS."""

import json
import os
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from shoplib.errors import LabError

if TYPE_CHECKING:
    from shoplib.localaws import Engine

commands = typer.Typer()
OPEN_TO_ALL = (
    "Any local user can use it and run code as you, since it accepts any keys. "
    "To require yours, pass --key-id and --secret, or set SHOPLIB_KEY_ID and SHOPLIB_SECRET."
)
AS_JSON = typer.Option(False, "--json", help="Print JSON.")
IAM = typer.Option(
    None,
    "--iam",
    envvar="SHOPLIB_IAM",
    help="on (the default): IAM policies are enforced for functions. off: they are not.",
)

EVENTUAL = typer.Option(
    None,
    "--eventual",
    envvar="SHOPLIB_EVENTUAL",
    help="Staleness, such as 200ms, of DynamoDB reads without ConsistentRead and of all global indexes.",
)


@commands.command()
def up(
    iam: str = IAM,
    eventual: str = EVENTUAL,
    keep: bool = typer.Option(
        False, "--keep", help="Save the state on `shoplib down` (or SIGTERM) and restore it on the next `up --keep`."
    ),
    as_json: bool = AS_JSON,
) -> None:
    """Start the local AWS and keep it running until `shoplib down`."""
    from shoplib import localaws
    from shoplib.localaws import client_settings

    _set_iam(iam)
    _set_eventual(eventual)
    was_running = localaws.status() is not None
    engine = localaws.up()
    if iam and engine.iam != iam:
        raise LabError(
            f"the local AWS is already running with --iam {engine.iam}", "run `shoplib down`, then start it again"
        )
    if eventual and engine.eventual != eventual:
        raise LabError(
            f"the local AWS is already running with --eventual {engine.eventual}",
            "run `shoplib down`, then start it again",
        )
    if keep:
        _keep(restore=not was_running)
    if as_json:
        typer.echo(json.dumps(asdict(engine)))
    else:
        typer.echo(f"EMULATOR {engine.url} (pid {engine.pid}), until `shoplib down`\n")
        typer.echo(client_settings.both(_settings(engine)))


@commands.command()
def down(as_json: bool = AS_JSON) -> None:
    """Stop the local AWS and everything it runs."""
    from shoplib import localaws

    users = localaws.users()
    stopped = localaws.down()
    typer.echo(json.dumps({"stopped": stopped}) if as_json else "stopped" if stopped else "nothing was running")
    if stopped and users:
        typer.echo("note: notebooks and commands were using it; in a notebook, run the first cell again", err=True)


@commands.command()
def status(as_json: bool = AS_JSON) -> None:
    """Print where the local AWS runs; exit code 1 when it is not running."""
    from shoplib import localaws

    engine = localaws.status()
    typer.echo(json.dumps(asdict(engine) if engine else None) if as_json else _line(engine))
    raise typer.Exit(0 if engine else 1)


@commands.command()
def env(
    profile: bool = typer.Option(False, "--profile", help="Print a profile named shoplib, for ~/.aws/config."),
    as_json: bool = AS_JSON,
) -> None:
    """Print settings for AWS clients of the local AWS: eval "$(shoplib env)"; exit code 1 if it is not running."""
    from shoplib import localaws
    from shoplib.localaws import client_settings

    engine = localaws.status()
    if not engine:
        raise LabError("the local AWS is not running", "`shoplib up` starts it")
    settings = _settings(engine)
    as_text = client_settings.as_profile if profile else client_settings.as_shell_of_this_machine
    typer.echo(json.dumps(settings) if as_json else as_text(settings))


@commands.command()
def serve(
    port: int = typer.Option(0, min=0, max=65535, help="Port to listen on; 0 picks a free one."),
    key_id: str = typer.Option(
        "", envvar="SHOPLIB_KEY_ID", help="Accept only requests signed with this access key id."
    ),
    secret: str = typer.Option(
        "", envvar="SHOPLIB_SECRET", help="Its secret access key. Prefer the variable: others can read a command line."
    ),
    iam: str = IAM,
    eventual: str = EVENTUAL,
    as_json: bool = AS_JSON,
) -> None:
    """Run a separate local AWS in the foreground, for any AWS client, until Ctrl-C."""
    from shoplib import localaws

    _set_iam(iam)
    _set_eventual(eventual)
    if bool(key_id) != bool(secret):
        raise LabError("--key-id and --secret go together", "pass both, or neither to accept any keys")
    if not key_id:
        typer.echo(OPEN_TO_ALL, err=True)
    localaws.serve(port, _print_json if as_json else None, (key_id, secret) if key_id else None)


def _set_iam(choice: str | None) -> None:
    from shoplib.localaws import iam_switch

    if choice is None:
        return
    if choice not in (iam_switch.ON, iam_switch.OFF):
        raise LabError(f"--iam {choice} is neither on nor off", "pass --iam on or --iam off")
    os.environ[iam_switch.NAME] = choice


def _set_eventual(age: str | None) -> None:
    from shoplib.localaws import eventual_reads

    if age is None:
        return
    try:
        eventual_reads.seconds(age)
    except ValueError as error:
        raise LabError(f"--eventual {age} is not a valid duration", str(error)) from None
    os.environ[eventual_reads.NAME] = age


def _keep(restore: bool) -> None:
    """Save the state when the engine stops; a new engine restores the last state, or is stopped if it cannot."""
    from shoplib import localaws, provision

    try:
        restored = provision.keep_state(provision.local(), restore)
    except LabError:
        if restore:
            localaws.down()
        raise
    if restored:
        typer.echo(f"restored the state saved at {restored['saved_at']}", err=True)


def _settings(engine: "Engine") -> dict[str, str]:
    from shoplib.localaws import client_settings

    return client_settings.variables(engine.url, engine.region, engine.key_id, engine.secret)


def _print_json(engine: "Engine") -> None:
    print(json.dumps(asdict(engine)), flush=True)


def _line(engine: "Engine | None") -> str:
    if not engine:
        return "not running; `shoplib up` starts it"
    how = "pinned" if engine.pinned else "until its last user exits"
    return f"EMULATOR {engine.url} (pid {engine.pid}, since {engine.started_at}, {how})"
