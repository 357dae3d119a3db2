"""Where a command works: the local AWS, another endpoint, or a real account."""

from typing import Any

import typer

from shoplib.errors import LabError

TARGET = typer.Option(None, "--target", help="local (this laptop, the default), endpoint or aws (a real account!).")
ENDPOINT = typer.Option(None, "--endpoint-url", help="Any AWS-compatible endpoint.")
PROFILE = typer.Option(None, help="AWS profile; with --target aws.")
REGION = typer.Option(None, help="AWS region.")


def target_of(name: str | None, endpoint_url: str | None, profile: str | None, region: str | None) -> Any:
    from shoplib import provision

    name = name or ("endpoint" if endpoint_url else "local")
    if name not in ("local", "endpoint", "aws"):
        raise LabError(f"unknown target: {name}", "targets: local, endpoint, aws")
    if profile and name != "aws":
        raise LabError("--profile is for real accounts", "add --target aws, or leave it out")
    if endpoint_url and name != "endpoint":
        raise LabError(f"--target {name} and --endpoint-url exclude each other", "leave one of them out")
    if name == "aws":
        return provision.aws(profile, region)
    if name == "local":
        return provision.local(region)
    if not endpoint_url:
        raise LabError("--target endpoint needs an address", "add --endpoint-url http://127.0.0.1:4566")
    return provision.endpoint(endpoint_url, region)
