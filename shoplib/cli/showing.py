"""How plans, stacks and findings look in a terminal."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

STYLES = {"add": "green", "change": "yellow", "replace": "red", "remove": "red"}
# SAM's names of the APIs that it adds, and what follows the host in their addresses.
IMPLICIT_API_STAGES = {"ServerlessHttpApi": "", "ServerlessRestApi": "Prod"}
COLOURS = {"ok": "green", "warn": "yellow", "fail": "red"}


def terminal() -> Console:
    """Return a console; it is wide where output is not a terminal, so that ids are not cut."""
    # What a template or a service says is text, whatever it looks like: `:secret:` is no emoji.
    return Console(highlight=False, emoji=False, soft_wrap=True, width=None if sys.stdout.isatty() else 200)


def plan(planned: Any) -> None:
    """Print a table of changes with their reasons, then the parameters."""
    console = terminal()
    for warning in planned.template.warnings:
        console.print(f"warning: {warning}", style="yellow", markup=False)
    console.print(str(planned), style="bold", markup=False)
    if planned.follows_failure:
        console.print(f"  the remains of a failed deployment ({planned.status}) are removed first")
    if planned.is_empty:
        console.print("  no changes")
        return
    table = Table(box=None, padding=(0, 2), show_header=False)
    for change in planned.changes:
        if change.action in STYLES:
            row = (change.action, change.logical_id, change.type, ", ".join(change.why))
            table.add_row(*map(Text, row), style=STYLES[change.action])
    if table.row_count:
        console.print(table)
    if planned.sections:
        console.print(f"  change {', '.join(planned.sections)}", style="yellow")
    _parameters(planned, console)


def _parameters(planned: Any, console: Console) -> None:
    changed = planned.changed_parameters
    for name, value in planned.masked_parameters.items():
        before = f"{changed[name][0] or '(empty)'} -> " if name in changed else ""
        console.print(f"  {name} = {before}{value or '(empty)'}", markup=False)


def plan_as_json(planned: Any) -> dict[str, Any]:
    return {
        "stack": planned.stack_name,
        "target": planned.target.banner,
        "status": planned.status,
        "empty": planned.is_empty,
        "parameters": planned.masked_parameters,
        "sections": list(planned.sections),
        "changes": [asdict(change) for change in planned.changes if change.action != "keep"],
    }


def stack(deployed: Any, place: Any) -> None:
    """Print how many resources were verified, which were not, and the outputs."""
    console = terminal()
    seen = len(deployed.resources) - len(deployed.unverified)
    console.print(f"{deployed.name}: {seen} of {len(deployed.resources)} resources verified")
    for resource in deployed.unverified:
        console.print(f"  not verified: {resource.logical_id} ({resource.type})", style="yellow", markup=False)
    outputs(deployed.outputs, place)
    outputs(_implicit_addresses(deployed, place.region), place)


def outputs(values: dict[str, str], place: Any) -> None:
    """Print outputs, addresses as they can be called from here."""
    for name, value in values.items():
        _output(name, value, place.reachable(value), terminal())


def _implicit_addresses(deployed: Any, region: str) -> dict[str, str]:
    """Addresses of the APIs that SAM adds for functions' events, where no output of the template mentions them."""
    return {
        f"{each.logical_id} address": f"https://{each.physical_id}.execute-api.{region}.amazonaws.com/{stage}"
        for each in deployed.resources
        if (stage := IMPLICIT_API_STAGES.get(each.logical_id)) is not None
        and not any(each.physical_id in value for value in deployed.outputs.values())
    }


def _output(name: str, value: str, here: str, console: Console) -> None:
    """Print an address as it can be called from here, and as AWS writes it if that differs."""
    console.print(f"  {name} = {here}", markup=False)
    if here != value:
        console.print(f"  {' ' * len(name)}   (as AWS writes it: {value})", style="dim", markup=False)


def finding(result: Any) -> None:
    console = terminal()
    console.print(f"[{COLOURS[result.state]}]{result.state:4}[/]  ", end="")
    console.print(result.what, markup=False)
    if result.next:
        console.print(f"      next: {result.next}", markup=False)


@contextmanager
def bar(what: str) -> Iterator[Any]:
    """A progress bar on a terminal; silence elsewhere."""
    from rich.progress import Progress

    with Progress(console=Console(stderr=True, emoji=False), transient=True, disable=not sys.stderr.isatty()) as bars:
        task = bars.add_task(what, total=None)
        yield lambda text, done, of: bars.update(task, description=text, completed=done, total=of)
