"""What is deployed is what the templates declare, read back resource by resource; and a change is noticed."""

import pytest

from shoplib import architecture
from shoplib.errors import LabError
from tests.cloud.shop.conftest import Shop


def test_deployed_is_declared(shop: Shop) -> None:
    deployed = architecture.from_deployed(shop.lab.target).model
    declared = architecture.from_patterns().model
    assert architecture.differences(declared, deployed, "declared", "deployed") == []
    assert deployed.resources == declared.resources


def test_one_stack_shows_what_it_takes_from_elsewhere(shop: Shop) -> None:
    model = architecture.from_deployed(shop.lab.target, "shop-rest").model
    streams = [node for node in model.nodes if node.external and node.type == "AWS::Kinesis::Stream"]
    assert len(streams) == 1
    assert ("CartFunction", streams[0].id) in {(edge.source, edge.target) for edge in model.edges}


def test_a_stack_that_is_not_there_is_named(shop: Shop) -> None:
    with pytest.raises(LabError, match="shop-nothing"):
        architecture.from_deployed(shop.lab.target, "shop-nothing")
