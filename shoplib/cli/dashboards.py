"""`shoplib dashboard`: a CloudWatch dashboard as a picture."""

from pathlib import Path
from typing import Annotated

import typer

from shoplib.cli.places import Place
from shoplib.cli.shared_options import takes

commands = typer.Typer()


@commands.command()
@takes("where", Place)
def dashboard(
    name: Annotated[str, typer.Argument(help="The dashboard's name.")],
    out: Annotated[Path | None, typer.Option(help="Output file. Default: NAME.png.", show_default=False)] = None,
    since: Annotated[
        str | None, typer.Option(help="Time span, such as 30m, 3h or 7d; overrides the dashboard's own.")
    ] = None,
    dark: Annotated[bool, typer.Option("--dark", help="Use the dark theme.")] = False,
    *,
    where: Place,
) -> None:
    """Draw a CloudWatch dashboard as a picture: metrics, alarms, text and log queries."""
    from shoplib import dashboards

    place = where.find_deployed()
    typer.echo(dashboards.draw(name, place, since=since, dark=dark).save(out or Path(f"{name}.png")))
