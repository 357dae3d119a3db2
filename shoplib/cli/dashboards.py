"""`shoplib dashboard`: a dashboard of CloudWatch as a picture."""

from pathlib import Path
from typing import Annotated

import typer

from shoplib.cli.places import ENDPOINT, PROFILE, REGION, TARGET, deployed_target_of

commands = typer.Typer()


@commands.command()
def dashboard(
    name: Annotated[str, typer.Argument(help="The dashboard's name.")],
    out: Annotated[Path | None, typer.Option(help="The file. Default: NAME.png.", show_default=False)] = None,
    since: Annotated[str | None, typer.Option(help="Look back 30m, 3h or 7d, whatever the dashboard says.")] = None,
    dark: Annotated[bool, typer.Option("--dark", help="Light on dark.")] = False,
    target: str | None = TARGET,
    endpoint_url: str | None = ENDPOINT,
    profile: str | None = PROFILE,
    region: str | None = REGION,
) -> None:
    """Draw a CloudWatch dashboard: metrics, alarms, texts and queries of logs, from the JSON that AWS takes."""
    from shoplib import dashboards

    place = deployed_target_of(target, endpoint_url, profile, region)
    typer.echo(dashboards.draw(name, place, since=since, dark=dark).save(out or Path(f"{name}.png")))
