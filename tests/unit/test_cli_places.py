"""Where a command works is told by the same options everywhere, and one that does not apply is refused."""

import pytest

from tests.commands import Command, assert_refused

ELSEWHERE = ("--region", "eu-central-1")
ON_WHAT_IS_DEPLOYED = (
    *(("gameday", name) for name in ("run", "status", "detect", "mend")),
    *(("fault", name) for name in ("add", "list", "remove")),
    *((name,) for name in ("report", "replay", "simulate", "cost", "journey", "invoke", "logs", "permissions")),
    *((name,) for name in ("plan", "deploy", "destroy", "compact", "mailbox", "diagrams", "dashboard")),
)


@pytest.mark.parametrize("names", ON_WHAT_IS_DEPLOYED, ids=" ".join)
def test_what_works_on_something_deployed_takes_its_place(names: tuple[str, ...], command: Command) -> None:
    text = command(*names, "--help").out
    assert "--region" in text and "--endpoint-url" in text


@pytest.mark.parametrize("source", ["--lake", "--orders", "--events"])
def test_a_report_of_a_file_is_of_no_region(source: str, command: Command) -> None:
    assert_refused(command("report", source, "there", *ELSEWHERE), "--region", "the deployed shop's")


def test_a_local_lake_is_in_no_region(command: Command) -> None:
    assert_refused(command("simulate", "--sessions", 1, *ELSEWHERE), "a local lake is on no AWS", "--to stream")


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--target", "moon"), "unknown target: moon"),
        (("--target", "endpoint"), "--target endpoint needs an address"),
        (("--target", "local", "--endpoint-url", "http://127.0.0.1:1"), "--target local and --endpoint-url"),
        (("--profile", "me"), "--profile is for real accounts"),
    ],
)
def test_places_that_make_no_sense(options: tuple[str, ...], reason: str, command: Command) -> None:
    assert_refused(command("invoke", "It", *options), reason)
