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
    port: int = typer.Option(0, min=0, max=65535, help="0: any free port."),
    browser: bool = typer.Option(True, help="Open it in the browser."),
) -> None:
    """Look through what is on the local AWS in a browser (StackPort), until Ctrl-C. Starts the local AWS if needed."""
    from shoplib import console as room
    from shoplib import localaws

    with tempfile.TemporaryDirectory(prefix="shoplib-console-") as folder, suppress(KeyboardInterrupt):
        opened = room.prepare(localaws.start(), folder, port)
        typer.echo(f"{opened.address}\nFor this browser alone; Ctrl-C ends it.")
        sys.stdout.flush()
        if browser:
            webbrowser.open(opened.address)
        opened.serve()
    localaws.leave()
    os._exit(0)  # StackPort's threads may wait for answers for half a minute
