"""`shoplib content`: what the shop says beside its products."""

import typer

from shoplib.cli.places import Place
from shoplib.cli.shared_options import takes
from shoplib.errors import LabError

commands = typer.Typer()


@commands.command()
@takes("where", Place)
def content(
    *,
    where: Place,
) -> None:
    """Publish the shop's own banners, pages, guides and questions; idempotent."""
    from shoplib.lab import Lab
    from shoplib.shoppers import contents

    answer = contents.load(Lab(where.find_deployed()))
    if answer["rejected"]:
        raise LabError(f"{len(answer['rejected'])} entries were refused: {answer['rejected'][0]['error']}")
    typer.echo(f"{answer['imported']} entries published, {answer['unchanged']} unchanged")
