"""`shoplib plan | deploy | destroy | package | doctor`."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import typer

from shoplib.errors import LabError

commands = typer.Typer()
NAMES = typer.Argument(help="Patterns (clickstream, rest, fulfilment) or paths of templates.")
TARGET = typer.Option("local", "--target", help="local (this laptop), endpoint (with --endpoint-url) or aws (real!).")
ENDPOINT = typer.Option(None, "--endpoint-url", help="Any AWS-compatible endpoint.")
PROFILE = typer.Option(None, help="AWS profile; with --target aws.")
REGION = typer.Option(None, help="AWS region.")
PARAMETERS = typer.Option([], "--parameters", "-p", help="Name=Value, once for each.")
STACK = typer.Option(None, "--stack-name", help="Name of the stack, for one template.")
YES = typer.Option(False, "--yes", help="Do not ask.")
AS_JSON = typer.Option(False, "--json", help="Answer with JSON.")


@commands.command()
def plan(
    names: list[str] = NAMES,
    target: str = TARGET,
    endpoint_url: str | None = ENDPOINT,
    profile: str | None = PROFILE,
    region: str | None = REGION,
    parameters: list[str] = PARAMETERS,
    stack_name: str | None = STACK,
    as_json: bool = AS_JSON,
) -> None:
    """Show what a deployment would change."""
    from shoplib import provision

    place = _target(target, endpoint_url, profile, region)
    plans = [
        provision.plan_one(name, place, _pairs(parameters), _one_stack(stack_name, names))
        for name in provision.in_order(names)
    ]
    if as_json:
        typer.echo(json.dumps([_plan_json(each) for each in plans], indent=2))
        return
    for each in plans:
        _show_plan(each)


@commands.command()
def deploy(
    names: list[str] = NAMES,
    target: str = TARGET,
    endpoint_url: str | None = ENDPOINT,
    profile: str | None = PROFILE,
    region: str | None = REGION,
    parameters: list[str] = PARAMETERS,
    stack_name: str | None = STACK,
    yes: bool = YES,
    as_json: bool = AS_JSON,
) -> None:
    """Deploy patterns or templates: plan, show, do, verify."""
    from shoplib import provision

    _check_all(names)
    place = _target(target, endpoint_url, profile, region)
    _ask_before_real_aws(place, yes)
    stacks = []
    for name in provision.in_order(names):
        planned = provision.plan_one(name, place, _pairs(parameters), _one_stack(stack_name, names))
        if not as_json:
            _show_plan(planned)
        with _bar(planned.stack_name) as progress:
            stacks.append(provision.apply(planned, progress))
    _warn_when_it_ends(place)
    if as_json:
        typer.echo(json.dumps([asdict(stack) for stack in stacks], indent=2))
        return
    for stack in stacks:
        _show_outputs(stack, place)


@commands.command()
def destroy(
    names: list[str] = typer.Argument(None, help="Patterns or paths of templates."),
    everything: bool = typer.Option(False, "--all", help="All patterns that are deployed."),
    target: str = TARGET,
    endpoint_url: str | None = ENDPOINT,
    profile: str | None = PROFILE,
    region: str | None = REGION,
    stack_name: str | None = STACK,
    yes: bool = YES,
) -> None:
    """Delete stacks, the last deployed first; says what a template retains."""
    from shoplib import provision

    place = _target(target, endpoint_url, profile, region)
    _ask_before_real_aws(place, yes)
    stacks = [
        _one_stack(stack_name, names or []) or provision.default_stack_name(n) for n in provision.in_order(names or [])
    ]
    if everything:
        stacks = [provision.stack_name(name) for name in provision.PATTERNS if provision.exists(name, place)]
    if not stacks:
        raise LabError("nothing to destroy", "name a pattern or template, or say --all")
    for stack in reversed(stacks):
        with _bar(stack) as progress:
            kept = provision.destroy(stack, place, progress)
        typer.echo(f"{stack} is gone" + (f"; retained, as its template says: {', '.join(kept)}" if kept else ""))


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
def doctor(as_json: bool = AS_JSON) -> None:
    """Say what is wrong with this machine, and what to do; exit code 1 when something must be mended."""
    from shoplib import doctor as checkup

    findings = checkup.examine()
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        for finding in findings:
            _show_finding(finding)
    raise typer.Exit(1 if any(finding.state == "fail" for finding in findings) else 0)


def _check_all(names: list[str]) -> None:
    """An unknown name is refused before an engine is started for it."""
    from shoplib import provision

    for name in names:
        provision.load(provision.template_path(name))


def _target(name: str, endpoint_url: str | None, profile: str | None, region: str | None) -> Any:
    from shoplib import provision

    if name == "aws":
        if endpoint_url:
            raise LabError("--target aws and --endpoint-url exclude each other", "leave one of them out")
        return provision.aws(profile, region)
    if name == "endpoint" or endpoint_url:
        if not endpoint_url:
            raise LabError("--target endpoint needs an address", "add --endpoint-url http://127.0.0.1:4566")
        return provision.endpoint(endpoint_url, region)
    if name != "local":
        raise LabError(f"there is no target {name}", "targets: local, endpoint, aws")
    return provision.local()


def _ask_before_real_aws(place: Any, yes: bool) -> None:
    if place.endpoint_url or yes:
        return
    typer.echo(f"{place.banner}: this changes a real account and may cost money.")
    if not sys.stdin.isatty():
        raise LabError("nobody can be asked here", "add --yes if you mean it")
    typer.confirm("Go on?", abort=True)


def _warn_when_it_ends(place: Any) -> None:
    """Without a user the laptop's AWS ends, and with it what was deployed: silence about that would be a trap."""
    from shoplib import localaws

    engine = localaws.status() if place.name == "local" else None
    if engine and not engine.pinned:
        hint = "the laptop's AWS ends with its last user; `shoplib up` first keeps it until `shoplib down`"
        typer.echo(f"note: {hint}", err=True)


def _pairs(parameters: list[str]) -> dict[str, str]:
    pairs = [parameter.partition("=") for parameter in parameters]
    wrong = [name for name, equals, _ in pairs if not equals or not name]
    if wrong:
        raise LabError(f"--parameters {wrong[0]} is not Name=Value", "for example --parameters ShardCount=4")
    return {name: value for name, _, value in pairs}


def _one_stack(stack_name: str | None, names: list[str]) -> str | None:
    if stack_name and len(names) > 1:
        raise LabError("--stack-name fits one template", "deploy them one by one")
    return stack_name


def _plan_json(planned: Any) -> dict[str, Any]:
    return {
        "stack": planned.stack_name,
        "target": planned.target.banner,
        "parameters": planned.parameters,
        "changes": [asdict(change) for change in planned.changes if change.action != "keep"],
    }


def _show_plan(planned: Any) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    console.print(str(planned), style="bold", highlight=False)
    if planned.is_empty:
        console.print("  no changes")
        return
    table = Table(box=None, padding=(0, 2))
    styles = {"add": "green", "change": "yellow", "remove": "red"}
    for change in planned.changes:
        if change.action in styles:
            table.add_row(change.action, change.logical_id, change.type, style=styles[change.action])
    console.print(table)
    for name, value in planned.parameters.items():
        console.print(f"  {name} = {value or '(empty)'}", highlight=False)


def _show_outputs(stack: Any, place: Any) -> None:
    typer.echo(f"{stack.name}: {len(stack.resources)} resources exist")
    for name, value in stack.outputs.items():
        typer.echo(f"  {name} = {place.reachable(value)}")


def _show_finding(finding: Any) -> None:
    from rich.console import Console

    colours = {"ok": "green", "warn": "yellow", "fail": "red"}
    console = Console(highlight=False)
    console.print(f"[{colours[finding.state]}]{finding.state:4}[/]  {finding.what}")
    if finding.next:
        console.print(f"      next: {finding.next}", markup=False)


@contextmanager
def _bar(what: str) -> Iterator[Any]:
    """A progress bar on a terminal; silence elsewhere."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bars:
        task = bars.add_task(what, total=None)
        yield lambda text, done, of: bars.update(task, description=text, completed=done, total=of)
