"""Fixtures of the unit tests."""

from collections.abc import Iterator

import pytest
from moto import mock_aws

from tests.unit.apigateway_world import World


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """moto's AWS in this process with a gateway in front of it."""
    for name, value in {"ACCESS_KEY_ID": "test", "SECRET_ACCESS_KEY": "test", "DEFAULT_REGION": "us-east-1"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        world = World()
        yield world
        world.gateway.close()
