"""`shoplib deploy --watch`: one line (or one JSON object) for each update, until Ctrl-C."""

import json
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from textwrap import indent
from typing import Any

import typer

from shoplib.cli import showing


def settle(place: Any, done: list[tuple[str, Any, Any]]) -> None:
    """A deployment finds no change where an earlier watch left other code than the stack's: mend that, and say so.

    A real account is not changed without a question: there it is only reported.
    """
    from shoplib import provision

    followers = [
        provision.Follower(planned, stack, partial(provision.plan_one, name, place)) for name, planned, stack in done
    ]
    late = ", ".join(
        name for each in followers for name in (each.outdated_functions() if place.is_real else each.catch_up())
    )
    if late and place.is_real:
        typer.echo(f"note: {late}: runs code of an earlier --watch; deploy with --watch to put it right", err=True)
    elif late:
        typer.echo(f"note: {late}: ran code of an earlier --watch; now runs what is deployed", err=True)


def run(
    place: Any,
    done: list[tuple[str, Any, Any]],
    by_template: dict[str, dict[str, str]],
    stack: str | None,
    as_json: bool,
) -> None:
    """Follow what was deployed, (name, plan, stack) each. Ctrl-C is its ordinary end."""
    from shoplib import provision

    try:
        for _, _, each in done:
            _report_deployed(each, place, as_json)
        followers = [
            provision.Follower(planned, each, partial(provision.plan_one, name, place, by_template[name], stack))
            for name, planned, each in done
        ]
        report: Callable[[Any], None] = _print_json if as_json else _print_text
        known = {follower.stack.name: follower.stack.outputs for follower in followers}
        for follower in followers:
            if behind := follower.catch_up():
                report(provision.Event("code", follower.plan.stack_name, tuple(behind)))
        for event in provision.follow(followers):
            report(event)
            for follower in followers:
                _report_outputs(follower.stack, known[follower.stack.name], place, as_json)
                known[follower.stack.name] = follower.stack.outputs
    except KeyboardInterrupt:
        typer.echo(json.dumps({"event": "stopped"}) if as_json else "stopped watching; what runs stays as it is")


def _report_deployed(stack: Any, place: Any, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"event": "deployed"} | asdict(stack)))
    else:
        showing.stack(stack, place)


def _report_outputs(stack: Any, before: dict[str, str], place: Any, as_json: bool) -> None:
    """Print the outputs that an update of the stack added or changed."""
    fresh = {name: value for name, value in stack.outputs.items() if before.get(name) != value}
    if fresh and as_json:
        typer.echo(json.dumps({"event": "outputs", "stack": stack.name, "outputs": fresh}))
    elif fresh:
        showing.outputs(fresh, place)


def _print_json(event: Any) -> None:
    facts = {name: value for name, value in asdict(event).items() if value not in ("", (), None)}
    typer.echo(json.dumps({"event": facts.pop("kind")} | facts))


def _print_text(event: Any) -> None:
    names = ", ".join(event.resources)
    live = f", live {event.seconds:.2f} s after the save" if event.seconds is not None else ""
    lines = {
        "watching": f"watching {names}; Ctrl-C ends it",
        "code": f"{event.stack}: new code for {names}{live}",
        "stack": f"{event.stack}: deployed again, {names}{live}",
        "current": f"{event.stack}: as deployed again",
        "refused": f"{event.stack}: {event.message}; the old code stays",
        "failed": f"{event.stack}: {names} failed:",
    }
    typer.echo(" ".join(lines[event.kind].split()), err=event.kind in ("refused", "failed"))
    if event.kind == "failed":
        typer.echo(indent("\n".join(event.message.splitlines()), "  "), err=True)
