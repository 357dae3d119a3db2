"""`shoplib shop`: the shop's page, for a person with a browser."""

import webbrowser

import typer

from shoplib.cli.places import entering, program
from shoplib.cli.progress import stages

commands = typer.Typer()


@commands.command()
def shop(
    browser: bool = typer.Option(True, "--open/--no-open", help="Open a browser, or only print the address."),
) -> None:
    """Open the shop in a browser. Deploys it first if needed; it stays up until `shoplib down`."""
    from shoplib import demo, lab, localaws

    with stages() as stage:
        with stage(entering()):
            localaws.up()
            place = lab.start()
        address = demo.open_shop(place, stage)
    typer.echo(address)
    typer.echo(f"{program()} mailbox --open shows its mails; {program()} staff add <email> lets somebody in")
    typer.echo(f"{program()} down ends it", err=True)
    if browser:
        webbrowser.open(address)
