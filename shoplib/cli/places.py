"""Where a command works: the local AWS, another endpoint, or a real account; and on which of its stacks."""

import shutil
import sys
from pathlib import Path
from typing import Any

import typer

from shoplib.errors import LabError

TARGET = typer.Option(None, "--target", help="local (this laptop, the default), endpoint or aws (a real account!).")
ENDPOINT = typer.Option(None, "--endpoint-url", help="Any AWS-compatible endpoint.")
PROFILE = typer.Option(None, help="AWS profile; with --target aws.")
SET_UP = "`shoplib demo --keep` deploys a shop with orders, `shoplib up` and `shoplib deploy shop` an empty one"
REGION = typer.Option(None, help="AWS region.")


STACK = typer.Option(None, "--stack-name", help="The function's stack, if several stacks have a function of this name.")


def program() -> str:
    """Return the command as typed here: `make` installs it outside of PATH."""
    script = Path(sys.executable).with_name("shoplib")
    if shutil.which("shoplib"):
        return "shoplib"
    near = script.relative_to(Path.cwd()) if script.is_relative_to(Path.cwd()) else script
    return str(near) if script.exists() else f"{sys.executable} -m shoplib"


def as_typed_here(text: str) -> str:
    """Return the text with its commands as a person at this terminal types them."""
    return text.replace("`shoplib ", "`" + program() + " ") if sys.stderr.isatty() else text


def deployed_target_of(
    name: str | None = None, endpoint_url: str | None = None, profile: str | None = None, region: str | None = None
) -> Any:
    """As `target_of`, for a look at what is deployed: a local AWS that does not run has nothing, and is not started."""
    from shoplib import localaws

    if name in (None, "local") and not endpoint_url and not localaws.status():
        raise LabError("the local AWS is not running, so nothing is deployed on it", SET_UP)
    return target_of(name, endpoint_url, profile, region)


def entering() -> str:
    """Return what a command does first, as its stage: it starts the local AWS, or joins the one that runs."""
    from shoplib import localaws

    return "joining the local AWS" if localaws.status() else "starting the local AWS"


def is_template(name: str) -> bool:
    from shoplib import provision

    return name in provision.pattern_names() or Path(name).exists() or Path(name).suffix in provision.SUFFIXES


def stack_of(name: str) -> str:
    """The stack of a pattern or of a template's path; any other name is a stack's own. LabError for a template that is
    not there: its stack may be another's."""
    from shoplib import provision

    if Path(name).suffix in provision.SUFFIXES and not Path(name).exists():
        raise LabError(f"template not found: {name}", "pass a template's path or the name of a stack")
    return provision.default_stack_name(name) if is_template(name) else name


def target_of(name: str | None, endpoint_url: str | None, profile: str | None, region: str | None) -> Any:
    from shoplib import provision

    name = name or ("endpoint" if endpoint_url else "local")
    if name not in ("local", "endpoint", "aws"):
        raise LabError(f"unknown target: {name}", "targets: local, endpoint, aws")
    if profile and name != "aws":
        raise LabError("--profile is for real accounts", "add --target aws, or leave it out")
    if endpoint_url and name != "endpoint":
        raise LabError(f"--target {name} and --endpoint-url cannot be used together", "leave one of them out")
    if name == "aws":
        return provision.aws(profile, region)
    if name == "local":
        return provision.local(region)
    if not endpoint_url:
        raise LabError("--target endpoint needs an address", "add --endpoint-url http://127.0.0.1:4566")
    return provision.endpoint(endpoint_url, region)
