"""What is deployed is what the templates declare, read back resource by resource; and a change is noticed."""

from functools import partial
from pathlib import Path

import pytest

from shoplib import architecture, provision
from shoplib.errors import LabError
from tests.cloud.shop.conftest import Shop
from tests.commands import Command, Ended

TEMPLATES = Path(__file__).parents[2] / "data" / "templates"


@pytest.fixture(scope="module")
def deployed_picture(shop: Shop) -> architecture.Picture:
    return architecture.from_deployed(shop.lab.target)


def test_every_resource_was_verified(shop: Shop) -> None:
    """What a custom resource is only its function knows."""
    unverified = [each.type for stack in shop.stacks.values() for each in stack.unverified]
    assert list(shop.stacks) == list(provision.pattern_names())
    assert all(kind.startswith("Custom::") for kind in unverified), unverified


def test_deployed_is_declared(deployed_picture: architecture.Picture) -> None:
    deployed = deployed_picture.model
    declared = architecture.from_patterns().model
    assert architecture.differences(declared, deployed, "declared", "deployed") == []
    assert deployed.resources == declared.resources


def test_the_domain_map_of_what_is_deployed_is_that_of_the_templates(deployed_picture: architecture.Picture) -> None:
    deployed = architecture.domain_map(deployed_picture).model
    assert architecture.differences(architecture.picture_of("domain").model, deployed, "declared", "deployed") == []


def test_one_stack_shows_what_it_takes_from_elsewhere(shop: Shop) -> None:
    model = architecture.from_deployed(shop.lab.target, "shop-rest").model
    streams = [node for node in model.nodes if node.external and node.type == "AWS::Kinesis::Stream"]
    assert len(streams) == 1
    assert ("CartEventsFunction", streams[0].id) in {(edge.source, edge.target) for edge in model.edges}


def test_a_stack_that_is_not_there_is_named(shop: Shop) -> None:
    with pytest.raises(LabError, match="shop-nothing"):
        architecture.from_deployed(shop.lab.target, "shop-nothing")


def test_the_command_draws_and_checks_what_is_deployed(shop: Shop, command: Command, tmp_path: Path) -> None:
    where = ["--endpoint-url", shop.lab.target.endpoint_url, "--out", tmp_path]
    diagrams = partial(command, "diagrams", "--deployed", *where)
    assert diagrams("shop-clickstream").code == 0
    svg = (tmp_path / "deployed-shop-clickstream.svg").read_text(encoding="utf-8")
    assert "PutRecords" in svg and "<a " not in svg, "only a real account has a console"
    same = diagrams("clickstream", "--check")  # of all of them: test_deployed_is_declared
    assert same.code == 0, same.err
    mapping = shop.lab.stack("clickstream").physical_id("AnalyticsFunctionStream")
    client = shop.lab.client("lambda")
    found = client.get_event_source_mapping(UUID=mapping)
    client.update_event_source_mapping(UUID=mapping, BatchSize=77)
    try:
        changed = diagrams("--check")
        assert changed.code == 1
        assert "EventStream -> AnalyticsFunction" in changed.err and "batch 77" in changed.err
    finally:
        client.update_event_source_mapping(UUID=mapping, BatchSize=found["BatchSize"])


def test_any_template_is_checked_against_its_stack(shop: Shop, command: Command, tmp_path: Path) -> None:
    def shoplib(*arguments: str) -> Ended:
        return command(*arguments, "--endpoint-url", shop.lab.target.endpoint_url)

    template = tmp_path / "letters" / "template.yaml"
    template.parent.mkdir()
    text = "Resources:\n  Letters: {Type: AWS::SQS::Queue}\n  Notes: {Type: AWS::SNS::Topic, Properties: {%s}}\n"
    template.write_text(text % "Subscription: [{Protocol: sqs, Endpoint: !GetAtt Letters.Arn}]")
    assert shoplib("deploy", str(template), "--yes").code == 0
    try:
        same = shoplib("diagrams", str(template), "--deployed", "--check")
        assert same.code == 0, same.err
        template.write_text(text % "")
        changed = shoplib("diagrams", str(template), "--deployed", "--check")
        assert changed.code == 1 and "+ Notes -> Letters" in changed.err
        assert shoplib("diagrams", str(template), "--deployed", "--format", "svg", "--out", str(tmp_path)).code == 0
        assert (tmp_path / "deployed-letters.svg").is_file() and not (tmp_path / "deployed-letters.png").exists()
    finally:
        shoplib("destroy", str(template), "--yes")


def test_what_is_called_by_name_is_deployed_as_it_is_drawn(shop: Shop, command: Command) -> None:
    """Rules, streams of tables, access logs, filters and patterns of policies, each read back from its own service."""
    template = TEMPLATES / "by-name.yaml"
    where = ["--endpoint-url", shop.lab.target.endpoint_url]
    deployed = command("deploy", template, "--yes", *where)
    assert deployed.code == 0, deployed.err
    try:
        same = command("diagrams", template, "--deployed", "--check", *where)
        assert same.code == 0, same.err
    finally:
        command("destroy", template, "--yes", *where)


def test_nested_stacks_are_read_back_with_their_outer_one(shop: Shop, command: Command, tmp_path: Path) -> None:
    outer, inner = tmp_path / "boxes.yaml", tmp_path / "inner.yaml"
    nested = "{Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: inner.yaml, Parameters: {Arn: %s}}}"
    outer.write_text(f"Resources:\n  Jobs: {{Type: AWS::SQS::Queue}}\n  Inner: {nested % '!GetAtt Jobs.Arn'}\n")
    subscription = "{Subscription: [{Protocol: sqs, Endpoint: !Ref Arn}]}"
    inner.write_text(
        "Parameters: {Arn: {Type: String}}\n"
        f"Resources:\n  News: {{Type: AWS::SNS::Topic, Properties: {subscription}}}\n"
    )
    where = ["--endpoint-url", shop.lab.target.endpoint_url]
    assert command("deploy", outer, "--yes", *where).code == 0
    try:
        same = command("diagrams", outer, "--deployed", "--check", *where)
        assert same.code == 0, same.err
        edges = architecture.from_deployed(shop.lab.target, "boxes").model.edges
        assert [(edge.source, edge.target) for edge in edges] == [("Inner/News", "Jobs")]
    finally:
        command("destroy", outer, "--yes", *where)


def test_what_a_stack_imports_is_known_by_its_export(shop: Shop, command: Command, tmp_path: Path) -> None:
    owner, user = tmp_path / "owner.yaml", tmp_path / "user.yaml"
    owner.write_text(
        "Resources:\n  Jobs: {Type: AWS::SQS::Queue}\n"
        "Outputs:\n  Arn: {Value: !GetAtt Jobs.Arn, Export: {Name: jobs-of-owner}}\n"
    )
    subscription = "{Subscription: [{Protocol: sqs, Endpoint: !ImportValue jobs-of-owner}]}"
    user.write_text(f"Resources:\n  News: {{Type: AWS::SNS::Topic, Properties: {subscription}}}\n")
    where = ["--endpoint-url", shop.lab.target.endpoint_url]
    try:
        assert [command("deploy", template, "--yes", *where).code for template in (owner, user)] == [0, 0]
        same = command("diagrams", user, "--deployed", "--check", *where)
        assert same.code == 0, same.err
        edges = architecture.from_deployed(shop.lab.target, "user").model.edges
        assert [(edge.source, edge.target) for edge in edges] == [("News", "jobs-of-owner")]
    finally:
        for template in (user, owner):
            command("destroy", template, "--yes", *where)
