"""`shoplib diagrams | journey`: architecture pictures from templates, stacks or runs, and whether these agree."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from shoplib.cli.deploying import AS_JSON
from shoplib.cli.places import LocalPlace, Place, is_template, stack_of
from shoplib.cli.progress import stages
from shoplib.cli.shared_options import takes
from shoplib.errors import LabError

commands = typer.Typer()

WHAT = "Patterns, domain, login or shop, or template paths; with --deployed and --live also stacks. Default: all."
DEPLOYED = "Draw stacks as deployed, read back from AWS's APIs. Default: the patterns' stacks, or all stacks."
SINCE = "Draw the changes from this earlier template, pattern or shop to the one picture that is named."
LIVE = "Like --deployed, with the calls made: metrics on every connection, failures and undeclared calls in red."
CHECK = "Write nothing; fail when pictures and templates differ or, with --deployed, templates and stacks."
STACKS = "Stacks or templates to show. Default: the patterns' stacks, or all if no pattern is deployed."
FORMAT = "svg, png, mmd, drawio, diagram.py, model.json; repeatable. Default: all."
OUT = typer.Option(help="Output folder.")


@dataclass(frozen=True)
class Files:
    """Where pictures are written, as which files, and how that is printed."""

    out: Path
    endings: tuple[str, ...]
    as_json: bool

    def save(
        self, pictures: dict[str, Callable[[], Any]], more: Callable[[Any], dict[str, Any]] = lambda _: {}
    ) -> None:
        """Draw each picture, write it, and list the files; for machines with what `more` says of the last one."""
        from shoplib import architecture

        paths: list[Path] = []
        with stages() as stage:
            for name, draw in pictures.items():
                with stage(f"drawing {name}"):
                    picture = draw()
                    paths += architecture.save({name: picture}, self.out, self.endings)
        files = [str(path) for path in paths]
        typer.echo(json.dumps({"files": files, **more(picture)}) if self.as_json else "\n".join(files))


@commands.command()
@takes("where", Place)
def diagrams(
    pictures: Annotated[list[str] | None, typer.Argument(help=WHAT, show_default=False)] = None,
    out: Annotated[Path, OUT] = Path("diagrams"),
    formats: Annotated[list[str] | None, typer.Option("--format", help=FORMAT, show_default=False)] = None,
    check: Annotated[bool, typer.Option("--check", help=CHECK)] = False,
    since: Annotated[str | None, typer.Option("--since", help=SINCE)] = None,
    deployed: Annotated[bool, typer.Option("--deployed", help=DEPLOYED)] = False,
    live: Annotated[bool, typer.Option("--live", help=LIVE)] = False,
    *,
    where: Place,
    as_json: bool = AS_JSON,
) -> None:
    """Draw architecture pictures: SVG, PNG, Mermaid, draw.io, a script for the diagrams package, the model as text."""
    from shoplib import architecture

    files, names = Files(out, _endings(formats), as_json), pictures or []
    _agree(check, since, deployed, live)
    if deployed and check:
        _require_templates(names)
    if live or deployed:
        place = where.find_deployed()
        if check:
            _check_deployed(place, names, as_json)
        if live:
            _save_live(place, names, files)
        else:
            _save_deployed(place, names, since, files)
    elif since:
        before, after = architecture.picture_of(since), architecture.picture_of(_only(names))
        files.save({"change": lambda: architecture.change(before, after)})
    elif check:
        _check(list(_files_of(names or architecture.names()).values()), out, as_json)
    else:
        files.save({file: _drawing_of(name) for file, name in _files_of(names or architecture.names()).items()})


@commands.command()
@takes("where", LocalPlace)
def journey(
    thing: Annotated[
        str | None,
        typer.Argument(
            help="An order id, any other text that identifies one thing, or a trace id.", show_default=False
        ),
    ] = None,
    stacks: Annotated[list[str] | None, typer.Argument(help=STACKS, show_default=False)] = None,
    out: Annotated[Path, typer.Option(help="Output file.")] = Path("journey.html"),
    *,
    where: LocalPlace,
    as_json: bool = AS_JSON,
) -> None:
    """Show how one order (or anything with an id) went through the local AWS, call by call, in one HTML file."""
    from shoplib import architecture

    place = where.find_deployed()
    if thing is None:
        raise _nothing_to_follow(place)
    one_journey = architecture.follow(place, thing, *map(stack_of, stacks or []))
    path = one_journey.save(out)
    if as_json:
        typer.echo(json.dumps({"file": str(path), "steps": json.loads(one_journey.steps.to_json(orient="records"))}))
    else:
        typer.echo(path)


def _nothing_to_follow(place: Any) -> LabError:
    from shoplib import architecture

    recent = architecture.recent_requests(place)
    known = f", such as {', '.join(recent)}" if recent else "; no request was made yet"
    return LabError("nothing selected to follow", f"pass an order id, a text of a request, or a trace id{known}")


def _agree(check: bool, since: str | None, deployed: bool, live: bool) -> None:
    if since and check:
        raise LabError("--since and --check cannot be used together", "leave one of them out")
    if live and (since or check):
        raise LabError("--live cannot be used with --since or --check", "leave --since and --check out")
    if live and deployed:
        raise LabError("--live already draws what is deployed", "leave --deployed out")


def _endings(formats: list[str] | None) -> tuple[str, ...]:
    from shoplib import architecture

    known = tuple(architecture.FORMATS)
    unknown = [name for name in formats or [] if f".{name.lstrip('.')}" not in known]
    if unknown:
        raise LabError(f"unknown format: {unknown[0]}", f"formats: {', '.join(name[1:] for name in known)}")
    return tuple(f".{name.lstrip('.')}" for name in formats) if formats else known


def _only(pictures: list[str]) -> str:
    if len(pictures) != 1:
        raise LabError(
            "--since needs exactly one picture", "name one, as in `shoplib diagrams new.yaml --since old.yaml`"
        )
    return pictures[0]


def _files_of(names: Sequence[str]) -> dict[str, str]:
    """The picture of each file; LabError for two pictures that would be one file."""
    from shoplib import architecture

    files: dict[str, str] = {}
    for name in dict.fromkeys(names):
        file = architecture.file_name(name)
        if file in files:
            raise LabError(
                f"{files[file]} and {name} would both be written as {file}", "draw them one at a time, each with --out"
            )
        files[file] = name
    return files


def _drawing_of(name: str) -> Callable[[], Any]:
    from shoplib import architecture

    return lambda: architecture.picture_of(name)


def _require_templates(names: list[str]) -> None:
    for name in names:
        if not is_template(name):
            raise LabError(f"{name} is not a template", "name a pattern or a template's path; its stack is checked")


def _save_deployed(place: Any, names: list[str], since: str | None, files: Files) -> None:
    from shoplib import architecture

    stacks = [stack_of(name) for name in names]

    def draw() -> Any:
        deployed = architecture.from_deployed(place, *stacks)
        return architecture.change(architecture.picture_of(since), deployed) if since else deployed

    files.save({"change" if since else "-".join(["deployed", *stacks]): draw})


def _save_live(place: Any, names: list[str], files: Files) -> None:
    from shoplib import architecture

    stacks = [stack_of(name) for name in names]
    picture = {"-".join(["live", *stacks]): lambda: architecture.from_run(place, *stacks)}
    files.save(picture, lambda run: {"connections": json.loads(run.uses.to_json(orient="records"))})


def _check(names: list[str], out: Path, as_json: bool) -> None:
    from shoplib import architecture

    agreement = f"{_many(len(names), 'picture says', 'pictures say')} what the templates say"
    redraw = " ".join(["shoplib diagrams", *names, "--out", str(out)])
    _report_differences(
        architecture.check(names, out), agreement, f"fix the template, or draw again: {redraw}", as_json
    )


def _check_deployed(place: Any, names: list[str], as_json: bool) -> None:
    """Stacks against their templates: those named (patterns, or template paths), or all patterns together."""
    from shoplib import architecture, provision

    differences: dict[str, list[str]] = {}
    for name in names or [""]:
        declared = architecture.picture_of(name) if name else architecture.from_patterns()
        deployed = architecture.from_deployed(place, *([stack_of(name)] if name else []))
        lines = architecture.differences(declared.model, deployed.model, "declared", "deployed")
        differences |= {name or "deployed": lines} if lines else {}
    redeploy = " ".join(["shoplib deploy", *(names or provision.pattern_names())])
    agreement = f"what is deployed on {place.banner} is what the templates declare"
    _report_differences(differences, agreement, f"deploy the templates again: {redeploy}", as_json)


def _many(count: int, one: str, more: str) -> str:
    return f"{count} {one if count == 1 else more}"


def _report_differences(differences: dict[str, list[str]], agreement: str, advice: str, as_json: bool) -> None:
    """Ends the command: with 1 when something differs."""
    if as_json:
        typer.echo(json.dumps({"differences": differences}))
    elif differences:
        for name, lines in differences.items():
            typer.echo("\n".join([f"{name}:", *(f"  {line}" for line in lines)]), err=True)
        typer.echo(f"  next: {advice}", err=True)
    else:
        typer.echo(agreement)
    raise typer.Exit(1 if differences else 0)
