"""`shoplib mailbox`: the emails and SMS messages that the local AWS was asked to send."""

import json
from typing import Any

import typer

from shoplib.cli.places import ENDPOINT, PROFILE, REGION, TARGET, deployed_target_of

commands = typer.Typer()


@commands.command()
def mailbox(
    to: str | None = typer.Argument(None, help="An email address or a phone number; without it, all messages."),
    target: str | None = TARGET,
    endpoint_url: str | None = ENDPOINT,
    profile: str | None = PROFILE,
    region: str | None = REGION,
    as_json: bool = typer.Option(False, "--json", help="Print JSON, one object per message."),
) -> None:
    """Show the emails and SMS messages that were sent. None of them left this machine."""
    from shoplib import provision

    for message in provision.mailbox(to, deployed_target_of(target, endpoint_url, profile, region)):
        typer.echo(json.dumps(message) if as_json else _text(message))


def _text(message: Any) -> str:
    head = f"{message['sent_at'][:19]}  {message['channel']} from {message['source']} to {', '.join(message['to'])}"
    return "\n".join([head, *([message["subject"]] if message["subject"] else []), "", message["text"], ""])
