from collections.abc import Iterator

import pytest
from moto import mock_aws

from tests.inprocess import World, build


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The whole shop in this process, empty."""
    with mock_aws():
        yield build(monkeypatch)
