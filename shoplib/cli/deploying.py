"""`shoplib plan | deploy | package | doctor`."""

import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import typer

from shoplib.cli.places import Place
from shoplib.cli.shared_options import takes
from shoplib.errors import LabError

commands = typer.Typer()
NAMES = typer.Argument([], help="Patterns of the shop, `shop` for all of them, or template paths.", show_default=False)
PARAMETERS = typer.Option([], "--parameters", "-p", help="Name=Value. Repeatable.")
STACK = typer.Option(None, "--stack-name", help="Stack name; only with a single template.")
YES = typer.Option(False, "--yes", "-y", help="Do not ask for confirmation.")
AS_JSON = typer.Option(False, "--json", help="Print JSON.")
CHANGES_EXIT_CODE = 2


@dataclass(frozen=True)
class Request(Place):
    """The input that `plan` and `deploy` share: which templates, where, and with which values."""

    names: list[str] = NAMES
    parameters: list[str] = PARAMETERS
    stack_name: str | None = STACK

    def check(self) -> tuple[dict[str, dict[str, str]], str | None]:
        """Return template -> its parameters, and the stack name if one was passed; starts nothing."""
        from shoplib import provision

        if not self.names:
            every = ", ".join(provision.pattern_names())
            raise LabError("nothing selected to deploy", f"name shop, patterns of it ({every}) or a template's path")
        return _parameters_of(self.templates(), self.parameters), one_stack(self.stack_name, self.templates())

    def templates(self) -> list[str]:
        """Return the names, with `shop` replaced by its patterns."""
        from shoplib import provision

        meant = ([name] if name != provision.SHOP else provision.pattern_names() for name in self.names)
        return [template for each in meant for template in each]


@commands.command()
@takes("request", Request)
def plan(
    request: Request,
    exit_code: bool = typer.Option(False, "--exit-code", help="Exit with code 2 when there are changes."),
    as_json: bool = AS_JSON,
) -> None:
    """Show what a deployment would change, without changing or uploading anything."""
    _show_plan(request, exit_code, as_json)


def _show_plan(request: Request, exit_code: bool, as_json: bool) -> None:
    from shoplib import provision
    from shoplib.cli import showing

    by_template, stack = request.check()
    place = request.find()
    ordered = provision.in_order(request.templates())
    plans = [provision.plan_one(name, place, by_template[name], stack, before=ordered) for name in ordered]
    if as_json:
        typer.echo(json.dumps([showing.plan_as_json(each) for each in plans], indent=2))
    else:
        for each in plans:
            showing.plan(each)
    raise typer.Exit(CHANGES_EXIT_CODE if exit_code and not all(each.is_empty for each in plans) else 0)


@commands.command()
@takes("request", Request)
def deploy(
    request: Request,
    dry_run: bool = typer.Option(False, "--dry-run", help="Only show the plan."),
    watch: bool = typer.Option(False, "--watch", help="After deploying, apply each saved change, until Ctrl-C."),
    yes: bool = YES,
    as_json: bool = AS_JSON,
) -> None:
    """Deploy patterns or templates: plan, show the plan, execute, verify. Deploying twice changes nothing."""
    from shoplib.cli import hot_reload, showing

    if dry_run and watch:
        raise LabError("--dry-run and --watch cannot be used together", "leave one of them out")
    if dry_run:
        _show_plan(request, False, as_json)
    by_template, stack = request.check()
    require_somebody_to_ask(request.target, yes)
    place = request.find()
    if watch:
        ask(place, "deploy this, and change it at each save", yes, as_json)
    done = _deploy_all(request, place, by_template, stack, yes or watch, as_json)
    warn_when_it_ends(place)
    if watch:
        hot_reload.run(place, done, by_template, stack, as_json)
        return
    hot_reload.settle(place, done)
    _note_outdated(request.templates(), place)
    if as_json:
        typer.echo(json.dumps([_reachable(each, place) for _, _, each in done], indent=2))
    else:
        for _, _, each in done:
            showing.stack(each, place)


def _note_outdated(deployed: list[str], place: Any) -> None:
    """Print a note for each pattern that still holds what the deployed ones offered before they were made anew."""
    from shoplib import provision

    for other, names in provision.outdated_patterns(deployed, place).items():
        typer.echo(
            f"note: {other} still has the former {', '.join(names)}; `shoplib deploy {other}` updates it", err=True
        )


def _reachable(stack: Any, place: Any) -> dict[str, Any]:
    """The stack with addresses that can be called from here."""
    return {**asdict(stack), "outputs": {name: place.reachable(value) for name, value in stack.outputs.items()}}


def _deploy_all(
    request: Request, place: Any, by_template: dict[str, dict[str, str]], stack: str | None, yes: bool, as_json: bool
) -> list[tuple[str, Any, Any]]:
    """Deploy each template in dependency order; return (name, plan, stack) of each."""
    from shoplib import provision
    from shoplib.cli import showing

    done = []
    for name in provision.in_order(request.templates()):
        planned = provision.plan_one(name, place, by_template[name], stack)
        if not as_json:
            showing.plan(planned)
        if not planned.is_empty:
            ask(place, "deploy this", yes, as_json)
        with showing.bar(planned.stack_name) as progress:
            done.append((name, planned, provision.apply(planned, progress)))
    return done


@commands.command()
def package(
    name: str = typer.Argument(help="A pattern or the path of a template."),
    out: Path = typer.Option(..., "--output-dir", "-o", help="Folder for the zips and the template."),
) -> None:
    """Write the code as zips and a template that points at them, for `sam deploy`."""
    from shoplib import provision

    written = provision.package(provision.load(provision.template_path(name)), out)
    typer.echo(f"{written}\n  next: sam deploy --template-file {written} --guided")


@commands.command()
def doctor(
    as_json: bool = AS_JSON,
    fix: bool = typer.Option(
        False, "--fix", help="Fix what needs no confirmation: download the AWS SDK for JavaScript."
    ),
) -> None:
    """Check this machine and say how to fix what is wrong; exit code 1 when something must be fixed."""
    from shoplib import doctor as checkup
    from shoplib.cli import showing

    findings = [*(checkup.mend() if fix else ()), *checkup.examine()]
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        for finding in findings:
            showing.finding(finding)
    raise typer.Exit(1 if any(finding.state == "fail" for finding in findings) else 0)


def _parameters_of(names: list[str], parameters: list[str]) -> dict[str, dict[str, str]]:
    """Return template -> its share of the parameters. Refuses an unknown name before starting an engine."""
    from shoplib import provision

    pairs = _pairs(parameters)
    known = {name: provision.load(provision.template_path(name)).parameters for name in names}
    for parameter in pairs:
        if not any(parameter in each for each in known.values()):
            all_of_them = ", ".join(sorted({parameter for each in known.values() for parameter in each})) or "none"
            raise LabError(f"{', '.join(names)} has no parameter {parameter}", f"parameters: {all_of_them}")
    return {name: {key: value for key, value in pairs.items() if key in each} for name, each in known.items()}


def _pairs(parameters: list[str]) -> dict[str, str]:
    pairs = [parameter.partition("=") for parameter in parameters]
    wrong = [name for name, equals, _ in pairs if not equals or not name]
    if wrong:
        raise LabError(f"--parameters {wrong[0]} is not Name=Value", "for example --parameters ShardCount=4")
    return {name: value for name, _, value in pairs}


def one_stack(stack_name: str | None, names: list[str]) -> str | None:
    if stack_name and len(names) > 1:
        raise LabError("--stack-name works with a single template only", "deploy them one by one")
    return stack_name


def require_somebody_to_ask(target: str | None, yes: bool) -> None:
    if target == "aws" and not yes and not sys.stdin.isatty():
        raise LabError("refusing to change a real account non-interactively", "pass --yes")


def ask(place: Any, what: str, yes: bool, quiet: bool) -> None:
    """Ask for confirmation before a real account is changed, naming the account."""
    if not place.is_real or yes:
        return
    typer.echo(f"{place.banner}, as {place.arn}: this changes a real account and may cost money.", err=quiet)
    typer.confirm(f"{what[0].upper()}{what[1:]}?", abort=True, err=quiet)


def warn_when_it_ends(place: Any) -> None:
    """Print a note when the local AWS will stop, and what was deployed will be lost, once its last user exits."""
    from shoplib import localaws

    engine = localaws.status() if place.name == "local" else None
    if engine and not engine.pinned:
        hint = "the local AWS stops when its last user exits; run `shoplib up` first to keep it until `shoplib down`"
        typer.echo(f"note: {hint}", err=True)
