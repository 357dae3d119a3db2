"""`shoplib diagrams`: architecture pictures from templates or stacks, and whether these agree."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from shoplib.cli.deploying import AS_JSON, ENDPOINT, PROFILE, REGION, TARGET, target_of
from shoplib.errors import LabError

commands = typer.Typer()

WHAT = (
    "Patterns (rest, fulfilment, clickstream), shop for all of them, domain, login, or paths of templates. "
    "Default: the whole set."
)
DEPLOYED = "Draw stacks as they are now, read back from AWS's APIs: those named, or the patterns'."
SINCE = (
    "A template, a pattern or shop, as it was before: draw what changes from there to the one picture that is named."
)
LIVE = (
    "As --deployed, with what was really called: figures on every connection, failures and what is not declared in red."
)
CHECK = "Write nothing; fail when picture and template differ, or, with --deployed, template and stacks."


@commands.command()
def diagrams(
    pictures: Annotated[list[str] | None, typer.Argument(help=WHAT, show_default=False)] = None,
    out: Annotated[Path, typer.Option(help="Folder of the pictures.")] = Path("diagrams"),
    check: Annotated[bool, typer.Option("--check", help=CHECK)] = False,
    since: Annotated[str | None, typer.Option("--since", help=SINCE)] = None,
    deployed: Annotated[bool, typer.Option("--deployed", help=DEPLOYED)] = False,
    live: Annotated[bool, typer.Option("--live", help=LIVE)] = False,
    target: str | None = TARGET,
    endpoint_url: str | None = ENDPOINT,
    profile: str | None = PROFILE,
    region: str | None = REGION,
    as_json: bool = AS_JSON,
) -> None:
    """Draw architecture pictures: SVG, PNG, Mermaid, draw.io, a script for the diagrams package, the model as text."""
    from shoplib import architecture

    if since and check:
        raise LabError("--since draws a change and --check draws nothing", "leave one of them out")
    if live and (since or check):
        raise LabError("--live draws what happened, not a change, and checks nothing", "leave --since and --check out")
    if deployed and check and pictures:
        raise LabError("the patterns' stacks are checked together", "leave the names out")
    if live:
        _live(target_of(target, endpoint_url, profile, region), pictures or [], out, as_json)
        return
    if deployed:
        place = target_of(target, endpoint_url, profile, region)
        _deployed(place, pictures or [], out, check, since, as_json)
        return
    if since:
        _list(_changed(since, architecture.named(_only(pictures)), out), as_json)
        return
    wanted = pictures or architecture.names()
    if check:
        redraw = " ".join(["shoplib diagrams", *wanted, "--out", str(out)])
        said = f"{len(wanted)} pictures say what their templates say"
        _tell(architecture.check(wanted, out), said, f"mend the template, or draw again: {redraw}", as_json)
    _list(architecture.write(wanted, out), as_json)


@commands.command()
def journey(
    thing: Annotated[
        str, typer.Argument(help="An order's id, or any text that tells one thing from others; or a trace.")
    ],
    stacks: Annotated[list[str] | None, typer.Argument(help="Stacks to show. Default: the patterns'.")] = None,
    out: Annotated[Path, typer.Option(help="The file.")] = Path("journey.html"),
    endpoint_url: str | None = ENDPOINT,
    as_json: bool = AS_JSON,
) -> None:
    """One thing's way through the laptop's AWS, call by call, as a player in one HTML file."""
    from shoplib import architecture

    found = architecture.follow(target_of(None, endpoint_url, None, None), thing, *(stacks or []))
    path = found.save(out)
    if as_json:
        typer.echo(json.dumps({"file": str(path), "steps": json.loads(found.steps.to_json(orient="records"))}))
    else:
        typer.echo(path)


def _only(pictures: list[str] | None) -> str:
    if not pictures or len(pictures) != 1:
        raise LabError("a change is drawn of one picture", "name one: shoplib diagrams new.yaml --since old.yaml")
    return pictures[0]


def _changed(since: str, after: Any, out: Path) -> list[Path]:
    from shoplib import architecture

    return architecture.save({"change": architecture.change(architecture.named(since), after)}, out)


def _deployed(place: Any, stacks: list[str], out: Path, check: bool, since: str | None, as_json: bool) -> None:
    from shoplib import architecture

    found = architecture.from_deployed(place, *stacks)
    if not check:
        named = {"-".join(["deployed", *stacks]): found}
        _list(_changed(since, found, out) if since else architecture.save(named, out), as_json)
        return
    lines = architecture.differences(architecture.from_patterns().model, found.model, "declared", "deployed")
    said = f"what is deployed on {place.banner} is what the templates declare"
    _tell({"deployed": lines} if lines else {}, said, "deploy the templates again: shoplib deploy", as_json)


def _live(place: Any, stacks: list[str], out: Path, as_json: bool) -> None:
    """The files, and for machines the connections with their figures."""
    from shoplib import architecture

    found = architecture.from_run(place, *stacks)
    files = architecture.save({"-".join(["live", *stacks]): found}, out)
    if as_json:
        rows = json.loads(found.uses.to_json(orient="records"))
        typer.echo(json.dumps({"files": [str(path) for path in files], "connections": rows}))
    else:
        _list(files, as_json)


def _list(paths: list[Path], as_json: bool) -> None:
    files = [str(path) for path in paths]
    typer.echo(json.dumps({"files": files}) if as_json else "\n".join(files))


def _tell(found: dict[str, list[str]], said: str, advice: str, as_json: bool) -> None:
    """Ends the command: with 1 when something differs."""
    if as_json:
        typer.echo(json.dumps({"differences": found}))
    elif found:
        for name, lines in found.items():
            typer.echo("\n".join([f"{name}:", *(f"  {line}" for line in lines)]), err=True)
        typer.echo(f"  next: {advice}", err=True)
    else:
        typer.echo(said)
    raise typer.Exit(1 if found else 0)
