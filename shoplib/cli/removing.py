"""`shoplib destroy`: delete what was deployed, by its pattern, template or stack name."""

import json
from typing import Any

import typer

from shoplib.cli.deploying import AS_JSON, STACK, YES, ask, one_stack, require_somebody_to_ask
from shoplib.cli.places import Place, is_template, stack_of
from shoplib.cli.shared_options import takes
from shoplib.errors import LabError

commands = typer.Typer()


@commands.command()
@takes("where", Place)
def destroy(
    names: list[str] = typer.Argument(None, help="Patterns, template paths, or stack names."),
    everything: bool = typer.Option(False, "--all", help="All deployed patterns."),
    *,
    where: Place,
    stack_name: str | None = STACK,
    empty_buckets: bool = typer.Option(
        False, "--empty-buckets", help="Also delete the contents of the stacks' buckets."
    ),
    yes: bool = YES,
    as_json: bool = AS_JSON,
) -> None:
    """Delete stacks, most recently deployed first, and list the retained resources.

    Log groups that Lambda made by itself and the bucket of uploaded code belong to no stack: they stay.
    """
    from shoplib import provision

    if everything == bool(names or stack_name):
        raise LabError("nothing selected to destroy", "name patterns, templates or stacks, or pass --all")
    one_stack(stack_name, names or [])
    require_somebody_to_ask(where.target, yes)
    place = where.find() if everything else where.find_deployed()
    if everything:
        stacks = [provision.stack_name(name) for name in provision.pattern_names() if provision.exists(name, place)]
    else:
        stacks = [stack_name] if stack_name else _deployed_stacks(names or [], place)
    _note_loose_ends(stacks, place)
    if stacks:
        ask(place, f"destroy {', '.join(stacks)}", yes, as_json)
    retained_by_stack = _destroy_each(stacks, place, empty_buckets, as_json)
    if as_json:
        typer.echo(
            json.dumps(
                [{"stack": stack, "retained": retained} for stack, retained in retained_by_stack.items()], indent=2
            )
        )
    elif not stacks:
        typer.echo(f"no pattern is deployed on {place.banner}")


def _deployed_stacks(names: list[str], place: Any) -> list[str]:
    """The stacks of these names, in the order in which they were made. Before one of several is destroyed, a name
    that means none is refused."""
    from shoplib import provision

    stacks, there = [stack_of(name) for name in names], provision.stack_names(place)
    if lost := [stack for stack in stacks if stack not in there]:
        kind = "stack" if all(map(is_template, names)) else "stack or pattern"
        raise LabError(
            f"{kind} not found: {', '.join(lost)} on {place.banner}", f"stacks there: {', '.join(there) or 'none'}"
        )
    return [stack for stack in there if stack in stacks]


def _destroy_each(stacks: list[str], place: Any, empty_buckets: bool, quiet: bool) -> dict[str, list[str]]:
    """Delete the stacks; return stack -> the resources that its template retains."""
    from shoplib import provision
    from shoplib.cli import showing

    retained_by_stack: dict[str, list[str]] = {}
    for stack in reversed(stacks):
        with showing.bar(stack) as progress:
            retained_by_stack[stack] = list(provision.destroy(stack, place, progress, empty_buckets))
        if not quiet:
            retained = (
                f"; retained, as its template says: {', '.join(retained_by_stack[stack])}"
                if retained_by_stack[stack]
                else ""
            )
            typer.echo(f"{stack} is gone{retained}")
    return retained_by_stack


def _note_loose_ends(stacks: list[str], place: Any) -> None:
    """Print a note for each remaining pattern that uses what is destroyed: it must be deployed again."""
    from shoplib import provision

    doomed = [name for name in provision.pattern_names() if provision.stack_name(name) in stacks]
    for what, other in provision.loose_ends(doomed, place):
        typer.echo(f"note: {what}; `shoplib deploy {other}` afterwards removes the reference", err=True)
