"""`shoplib mailbox`: the emails and SMS messages that the local AWS was asked to send."""

import json
import webbrowser
from typing import Any

import typer

from shoplib.cli.places import Place
from shoplib.cli.shared_options import takes
from shoplib.errors import LabError

commands = typer.Typer()


@commands.command()
@takes("where", Place)
def mailbox(
    to: str | None = typer.Argument(None, help="An email address or a phone number; without it, all messages."),
    *,
    where: Place,
    as_json: bool = typer.Option(False, "--json", help="Print JSON, one object per message."),
    in_browser: bool = typer.Option(
        False, "--open", help="Open the mailbox page of the storefront, which may then read all messages for a day."
    ),
) -> None:
    """Show the emails and SMS messages that were sent. None of them left this machine."""
    from shoplib import provision

    place = where.find_deployed()
    if in_browser:
        _open(provision.mailbox_page(place), to, as_json)
        return
    for message in provision.mailbox(to, place):
        typer.echo(json.dumps(message) if as_json else _text(message))


def _open(page: str, to: str | None, as_json: bool) -> None:
    if to or as_json:
        raise LabError("--open shows all messages on a page", "choose the recipient there, or leave --open out")
    typer.echo(page)
    webbrowser.open(page)


def _text(message: Any) -> str:
    head = f"{message['sent_at'][:19]}  {message['channel']} from {message['source']} to {', '.join(message['to'])}"
    return "\n".join([head, *([message["subject"]] if message["subject"] else []), "", message["text"], ""])
