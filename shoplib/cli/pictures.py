"""`shoplib diagrams`: architecture pictures from templates, and whether the committed ones are still true."""

import json
from pathlib import Path
from typing import Annotated

import typer

commands = typer.Typer()

WHAT = "Patterns (rest, fulfilment, clickstream), shop for all of them, or paths of templates. Default: the whole set."


@commands.command()
def diagrams(
    pictures: Annotated[list[str] | None, typer.Argument(help=WHAT, show_default=False)] = None,
    out: Annotated[Path, typer.Option(help="Folder of the pictures.")] = Path("diagrams"),
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail when picture and template differ.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Answer with JSON.")] = False,
) -> None:
    """Draw architecture pictures: SVG, PNG, Mermaid, a script for the diagrams package, and the model as text."""
    from shoplib import architecture

    wanted = pictures or architecture.names()
    if check:
        _check(wanted, out, as_json)
        return
    files = [str(path) for path in architecture.write(wanted, out)]
    typer.echo(json.dumps({"files": files}) if as_json else "\n".join(files))


def _check(wanted: list[str], out: Path, as_json: bool) -> None:
    from shoplib import architecture

    found = architecture.check(wanted, out)
    if as_json:
        typer.echo(json.dumps({"differences": found}))
    elif found:
        for name, lines in found.items():
            typer.echo("\n".join([f"{name}:", *(f"  {line}" for line in lines)]), err=True)
        redraw = " ".join(["shoplib diagrams", *wanted, "--out", str(out)])
        typer.echo(f"  next: mend the template, or draw again: {redraw}", err=True)
    else:
        typer.echo(f"{len(wanted)} pictures say what their templates say")
    raise typer.Exit(1 if found else 0)
