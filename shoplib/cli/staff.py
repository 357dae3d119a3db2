"""`shoplib staff add | remove`: who may work in the back office."""

import json
from typing import Any

import typer

from shoplib.cli.places import Place
from shoplib.cli.shared_options import takes
from shoplib.errors import LabError

commands = typer.Typer()
staff = typer.Typer(no_args_is_help=True, help="Manage the staff: the accounts that may use the shop's back office.")
commands.add_typer(staff, name="staff")
WHO = typer.Argument(help="The account's verified email address, or its id.")


@staff.command()
@takes("where", Place)
def add(
    who: str = WHO,
    *,
    where: Place,
) -> None:
    """Give an account of the deployed shop the staff role. Idempotent."""
    user = _set_role(who, "staff", where.find_deployed())
    typer.echo(f"{user['email']} is a member of staff")


@staff.command()
@takes("where", Place)
def remove(
    who: str = WHO,
    *,
    where: Place,
) -> None:
    """Take the staff role from an account, immediately and in all of its sessions."""
    user = _set_role(who, None, where.find_deployed())
    typer.echo(f"{user['email']} is not a member of staff")


def _set_role(who: str, role: str | None, place: Any) -> dict[str, Any]:
    from shoplib import provision

    command = {"email" if "@" in who else "user_id": who, "role": role}
    answer = provision.invoke(provision.find_function("SetRoleFunction", place), json.dumps(command).encode(), place)
    if answer.error:
        raise LabError("the role could not be set", "`shoplib logs SetRoleFunction` says why")
    if error := answer.payload.get("error"):
        codes = f"`shoplib mailbox {who}` has the code" if error["code"] == "not_verified" else None
        raise LabError(error["message"], codes or "register the account first")
    return dict(answer.payload)
