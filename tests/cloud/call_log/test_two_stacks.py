"""Two stacks whose resources have the same logical ids: each use is at its own, also where one uses the other's."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shoplib import architecture, provision
from shoplib.provision import Stack, Target
from tests.cloud.call_log.conftest import allow, of, table
from tests.cloud.call_log.shapes import doer, somewhere

ONE, OTHER = "shop-one-of-two", "shop-other-of-two"


def deploy(path: Path, name: str, target: Target, *policies: Any, **parameters: str) -> Stack:
    resources = {"Table": table(), "Writer": doer(allow("dynamodb:PutItem", of("Table")), *policies)}
    head = {"Transform": "AWS::Serverless-2016-10-31", "Parameters": {key: {"Type": "String"} for key in parameters}}
    path.write_text(json.dumps({**head, "Resources": resources}), encoding="utf-8")
    return provision.apply(provision.plan_one(str(path), target, parameters, name))


@pytest.fixture(scope="module")
def stacks(target: Target, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stack, Stack]]:
    path = tmp_path_factory.mktemp("two") / "template.json"
    one = deploy(path, ONE, target)
    theirs = allow("dynamodb:PutItem", somewhere("dynamodb", "table/${TheirTable}"))
    yield one, deploy(path, OTHER, target, theirs, TheirTable=one.physical_id("Table"))
    for name in (OTHER, ONE):
        provision.destroy(name, target)


def write(target: Target, stack: Stack, table: str, times: int) -> None:
    put = ("dynamodb", "put_item", {"TableName": table, "Item": {"pk": {"S": "1"}}})
    payload = json.dumps({"do": [put] * times})
    target.client("lambda").invoke(FunctionName=stack.physical_id("Writer"), Payload=payload)


def test_each_use_is_at_its_own(target: Target, stacks: tuple[Stack, Stack]) -> None:
    one, other = stacks
    write(target, one, one.physical_id("Table"), 1)
    write(target, other, one.physical_id("Table"), 2)
    write(target, other, other.physical_id("Table"), 3)
    uses = architecture.from_run(target, ONE, OTHER).uses
    assert set(uses.verdict) == {"proven"}
    found = {(row["source"], row["target"]): row["count"] for row in uses.to_dict("records")}
    assert found == {
        ("one-of-two/Writer", "one-of-two/Table"): 1,
        ("other-of-two/Writer", "one-of-two/Table"): 2,
        ("other-of-two/Writer", "other-of-two/Table"): 3,
    }
