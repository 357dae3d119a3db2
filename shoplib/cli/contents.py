"""`shoplib content`: what the shop says beside its products."""

import typer

from shoplib.cli.places import ENDPOINT, PROFILE, REGION, TARGET, deployed_target_of
from shoplib.errors import LabError

commands = typer.Typer()


@commands.command()
def content(
    target: str | None = TARGET,
    endpoint_url: str | None = ENDPOINT,
    profile: str | None = PROFILE,
    region: str | None = REGION,
) -> None:
    """Publish the shop's own banners, pages, guides and questions; idempotent."""
    from shoplib.lab import Lab
    from shoplib.shoppers import contents

    answer = contents.load(Lab(deployed_target_of(target, endpoint_url, profile, region)))
    if answer["rejected"]:
        raise LabError(f"{len(answer['rejected'])} entries were refused: {answer['rejected'][0]['error']}")
    typer.echo(f"{answer['imported']} entries published, {answer['unchanged']} unchanged")
