"""Where a command works: the local AWS, another endpoint, or a real account; and on which of its stacks."""

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from shoplib.errors import LabError

if TYPE_CHECKING:
    from shoplib.provision import Target

TARGET = typer.Option(None, "--target", help="local (this laptop, the default), endpoint or aws (a real account!).")
ENDPOINT = typer.Option(None, "--endpoint-url", help="Any AWS-compatible endpoint.")
PROFILE = typer.Option(None, help="AWS profile; with --target aws.")
SET_UP = "`shoplib demo --keep` deploys a shop with orders, `shoplib up` and `shoplib deploy shop` an empty one"
REGION = typer.Option(None, help="AWS region.")
STACK = typer.Option(None, "--stack-name", help="The function's stack, if several stacks have a function of this name.")


@dataclass(frozen=True)
class LocalPlace:
    """The place of a command that works on a local AWS alone."""

    endpoint_url: str | None = ENDPOINT
    region: str | None = REGION

    @property
    def is_default(self) -> bool:
        return self.endpoint_url is None and self.region is None

    def find(self) -> "Target":
        """The target; a local AWS that does not run is started."""
        return Place(None, self.endpoint_url, None, self.region).find()

    def find_deployed(self) -> "Target":
        """The target, to look at what is deployed there: a local AWS that does not run has nothing, and is not
        started."""
        return Place(None, self.endpoint_url, None, self.region).find_deployed()


@dataclass(frozen=True)
class Place:
    """The place of a command that works on any AWS."""

    target: str | None = TARGET
    endpoint_url: str | None = ENDPOINT
    profile: str | None = PROFILE
    region: str | None = REGION

    def find_deployed(self) -> "Target":
        """As `find`, for a look at what is deployed: a local AWS that does not run has nothing, and is not started."""
        from shoplib import localaws

        self._check()
        if self._name == "local" and not localaws.status():
            raise LabError("the local AWS is not running, so nothing is deployed on it", SET_UP)
        return self.find()

    def find(self) -> "Target":
        """The target; a local AWS that does not run is started. LabError for options that do not go together."""
        from shoplib import provision

        self._check()
        if self._name == "aws":
            return provision.aws(self.profile, self.region)
        return provision.endpoint(self.endpoint_url, self.region) if self.endpoint_url else provision.local(self.region)

    @property
    def _name(self) -> str:
        return self.target or ("endpoint" if self.endpoint_url else "local")

    def _check(self) -> None:
        name = self._name
        if name not in ("local", "endpoint", "aws"):
            raise LabError(f"unknown target: {name}", "targets: local, endpoint, aws")
        if self.profile and name != "aws":
            raise LabError("--profile is for real accounts", "add --target aws, or leave it out")
        if self.endpoint_url and name != "endpoint":
            raise LabError(f"--target {name} and --endpoint-url cannot be used together", "leave one of them out")
        if name == "endpoint" and not self.endpoint_url:
            raise LabError("--target endpoint needs an address", "add --endpoint-url http://127.0.0.1:4566")


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
