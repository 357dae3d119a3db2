"""`shoplib diagrams`: architecture pictures from templates or stacks, and whether these agree."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from shoplib.cli.deploying import AS_JSON, ENDPOINT, PROFILE, REGION, TARGET, target_of

commands = typer.Typer()

WHAT = "Patterns (rest, fulfilment, clickstream), shop for all of them, or paths of templates. Default: the whole set."
DEPLOYED = "Draw stacks as they are now, read back from AWS's APIs: those named, or the patterns'."
CHECK = "Write nothing; fail when picture and template differ, or, with --deployed, template and stacks."


@commands.command()
def diagrams(
    pictures: Annotated[list[str] | None, typer.Argument(help=WHAT, show_default=False)] = None,
    out: Annotated[Path, typer.Option(help="Folder of the pictures.")] = Path("diagrams"),
    check: Annotated[bool, typer.Option("--check", help=CHECK)] = False,
    deployed: Annotated[bool, typer.Option("--deployed", help=DEPLOYED)] = False,
    target: str | None = TARGET,
    endpoint_url: str | None = ENDPOINT,
    profile: str | None = PROFILE,
    region: str | None = REGION,
    as_json: bool = AS_JSON,
) -> None:
    """Draw architecture pictures: SVG, PNG, Mermaid, a script for the diagrams package, and the model as text."""
    from shoplib import architecture

    if deployed:
        place = target_of(target, endpoint_url, profile, region)
        _deployed(place, pictures or [], out, check, as_json)
        return
    wanted = pictures or architecture.names()
    if check:
        redraw = " ".join(["shoplib diagrams", *wanted, "--out", str(out)])
        said = f"{len(wanted)} pictures say what their templates say"
        _tell(architecture.check(wanted, out), said, f"mend the template, or draw again: {redraw}", as_json)
    _list(architecture.write(wanted, out), as_json)


def _deployed(place: Any, stacks: list[str], out: Path, check: bool, as_json: bool) -> None:
    from shoplib import architecture

    found = architecture.from_deployed(place, *stacks)
    if not check:
        _list(architecture.save({"-".join(["deployed", *stacks]): found}, out), as_json)
        return
    lines = architecture.differences(architecture.from_patterns().model, found.model, "declared", "deployed")
    said = f"what is deployed on {place.banner} is what the templates declare"
    _tell({"deployed": lines} if lines else {}, said, "deploy the templates again: shoplib deploy", as_json)


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
