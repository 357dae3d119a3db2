"""`shoplib permissions`: compare what functions may do with what they did."""

import json
from dataclasses import asdict
from typing import Any

import typer

from shoplib.cli.places import Place, stack_of
from shoplib.cli.shared_options import takes

commands = typer.Typer()
AS_JSON = typer.Option(False, "--json", help="Print JSON, one object per function.")


@commands.command()
@takes("where", Place)
def permissions(
    stack: str = typer.Argument(help="A stack, or the pattern or template of the stack."),
    *,
    where: Place,
    as_json: bool = AS_JSON,
) -> None:
    """Compare what functions may do with what they did, and print the least-privilege policy.

    A statement whose Sid begins with Occasional is never reported as unused."""
    from shoplib import provision

    place = where.find_deployed()
    for each in provision.permissions_of(stack_of(stack), place):
        typer.echo(json.dumps(_row(each)) if as_json else _text(each))


def _row(each: Any) -> dict[str, Any]:
    about = {"function": each.function.name, "role": each.role, "was_called": each.was_called}
    return {**about, **asdict(each.comparison)}


def _text(each: Any) -> str:
    comparison = each.comparison
    if not each.was_called:
        return f"{each.function}: was not called, so there is nothing to compare"
    lines = [str(each.function)]
    lines += [f"  + {use.action} on {use.resource}: {_used(use)}, not granted" for use in comparison.add]
    lines += [f"  - {_granted(grant)}: granted, never used" for grant in comparison.take_away]
    if len(lines) == 1:
        return f"{lines[0]}: nothing to add, nothing to take away"
    return "\n".join([*lines, "  the least-privilege policy:", json.dumps(comparison.policy, indent=2)])


def _used(use: Any) -> str:
    return "refused" if use.refused else "used"


def _granted(grant: Any) -> str:
    return grant.source if grant.as_a_whole else f"{grant.action} on {grant.resource} ({grant.source})"
