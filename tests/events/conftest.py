from collections.abc import Iterator

import pytest
from moto import mock_aws

from shoplib.localaws.moto_fixes import dynamodb_updates, response_members, response_methods
from tests.inprocess import World, build


@pytest.fixture(scope="module", autouse=True)
def hastened() -> None:
    """The corrections of moto that take nothing but time out of it."""
    dynamodb_updates.install()
    response_members.install()
    response_methods.install()


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The whole shop in this process, empty."""
    with mock_aws():
        yield build(monkeypatch)
