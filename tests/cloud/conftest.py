"""One private engine for the whole session, and clients for it."""

import dataclasses
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from shoplib import localaws, provision
from shoplib.provision import Target
from tests.cloud.http_subscriber import Endpoint, open_endpoint
from tests.cloud.lambda_room import Room
from tests.cloud.stacks import Stacks
from tests.cloud.workshop import REGION, Workshop


@pytest.fixture(scope="session")
def own_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Settings of this test session, apart from the user's own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SHOPLIB_STATE_DIR", str(tmp_path_factory.mktemp("engine")))
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            patch.delenv(name)
        patch.setenv("AWS_CONFIG_FILE", os.devnull)
        patch.setenv("AWS_ACCOUNT_ID_ENDPOINT_MODE", "disabled")
        patch.setenv("SHOPLIB_NODE_MODULES", str(_node_modules(tmp_path_factory.mktemp("sdk"))))
        yield


@pytest.fixture(scope="session")
def engine(own_settings: None) -> Iterator[localaws.Engine]:
    """The engine of this test session, apart from the user's own."""
    yield localaws.start()
    localaws.down()


def _node_modules(folder: Path) -> Path:
    """What stands for the AWS SDK for JavaScript: no test asks a registry for it."""
    package = folder / "@aws-sdk" / "client-tests"
    package.mkdir(parents=True)
    (package / "index.js").write_text("exports.word = 'from the SDK';", encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def aws(engine: localaws.Engine) -> Callable[..., Any]:
    """`aws("sqs")`: a boto3 client of the session's engine; it does not hide errors behind retries."""
    return clients(engine)


@pytest.fixture(scope="session")
def open_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[localaws.Engine]:
    """An engine in the foreground that takes any keys: what is refused there is not refused for its signature."""
    command = [sys.executable, "-m", "shoplib", "serve", "--port", "0", "--json"]
    environment = {**os.environ, "SHOPLIB_STATE_DIR": str(tmp_path_factory.mktemp("open"))}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = json.loads(process.stdout.readline())
        names = {each.name for each in dataclasses.fields(localaws.Engine)}
        known = {name: value for name, value in said.items() if name in names}
        yield localaws.Engine(**(known | {"key_id": "any", "secret": "any"}))
        process.terminate()


def clients(engine: localaws.Engine) -> Callable[..., Any]:
    session = boto3.Session(engine.key_id, engine.secret, region_name=engine.region)
    config = Config(retries={"total_max_attempts": 1}, proxies={}, max_pool_connections=50, inject_host_prefix=False)

    @cache
    def usual(service: str) -> Any:
        return session.client(service, endpoint_url=engine.url, config=config)

    def client(service: str, **options: Any) -> Any:
        if not options:
            return usual(service)
        own = options.pop("config", None)
        options["config"] = config.merge(own) if own else config
        return session.client(service, **{"endpoint_url": engine.url, **options})

    return client


@pytest.fixture(scope="module")
def load_engine(engine: localaws.Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[localaws.Engine]:
    """An engine of its own for the tests that fill one and kill its workers."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SHOPLIB_STATE_DIR", str(tmp_path_factory.mktemp("load")))
        yield localaws.start()
        localaws.down()


@pytest.fixture(scope="module")
def load_room(load_engine: localaws.Engine) -> Room:
    return Room(clients(load_engine))


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with open_endpoint() as opened:
        yield opened


@pytest.fixture
def stacks(aws: Callable[..., Any]) -> Iterator[Stacks]:
    made = Stacks(aws)
    yield made
    made.delete_all()


@pytest.fixture(scope="session")
def target(engine: localaws.Engine) -> Target:
    """The session's engine as deployments see it, in a region apart from the shop's."""
    return provision.local(REGION)


@pytest.fixture
def workshop(tmp_path: Path, target: Target, request: pytest.FixtureRequest) -> Iterator[Workshop]:
    """Deploys templates under the test's own name; what is left of its stack is deleted with the test."""
    name = "".join(letter if letter.isalnum() else "-" for letter in request.node.name)[:60].strip("-")
    yield Workshop(tmp_path, name, target)
    target.client("cloudformation").delete_stack(StackName=name)
