"""`shoplib console`: the local AWS in a browser."""

import os
import sys
import tempfile
import webbrowser
from contextlib import suppress

import typer

commands = typer.Typer()


@commands.command()
def console(
    port: int = typer.Option(0, min=0, max=65535, help="Port to listen on; 0 picks a free one."),
    browser: bool = typer.Option(True, help="Open it in a browser."),
) -> None:
    """Browse the local AWS in StackPort, until Ctrl-C. Starts the local AWS if needed."""
    from shoplib import console as room
    from shoplib import localaws

    with tempfile.TemporaryDirectory(prefix="shoplib-console-") as folder, suppress(KeyboardInterrupt):
        opened = room.prepare(localaws.start(), folder, port)
        typer.echo(f"{opened.address}\nOnly this browser can open it; Ctrl-C ends it.")
        sys.stdout.flush()
        if browser:
            webbrowser.open(opened.address)
        opened.serve()
    localaws.leave()
    os._exit(0)  # StackPort's threads may wait for answers for half a minute
