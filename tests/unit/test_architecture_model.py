"""What a template declares, as nodes and edges: each kind of connection, its verbs and its evidence."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shoplib import architecture
from shoplib.architecture.comparison import differences
from shoplib.architecture.model import Edge, Model, from_json
from shoplib.errors import LabError
from tests.unit import architecture_shapes as shapes

Draw = Callable[[dict[str, Any]], Model]


@pytest.fixture
def draw(tmp_path: Path) -> Draw:
    def model(template: dict[str, Any]) -> Model:
        path = tmp_path / "case.json"
        path.write_text(json.dumps(template))
        return architecture.from_template(path).model

    return model


def said(model: Model) -> set[str]:
    return {f"{edge.source} -{edge.kind}-> {edge.target}: {edge.description}" for edge in model.edges}


def test_a_function_behind_an_api_is_called_by_clients(draw: Draw) -> None:
    assert said(draw(shapes.hello())) == {
        "Clients -request-> ServerlessHttpApi: HTTPS",
        "ServerlessHttpApi -invoke-> HelloFunction: GET /hello",
    }


def test_topic_queues_and_dead_letters(draw: Draw) -> None:
    found = said(draw(shapes.fan_out()))
    assert "PublishFunction -call-> OrdersTopic: Publish" in found
    assert "OrdersTopic -event-> MailQueue: delivers" in found
    assert "MailQueue -event-> MailFunction: batch 10" in found
    assert "MailQueue -failure-> MailDeadLetterQueue: after 5 receives" in found
    assert len(found) == 21


def test_a_bucket_notification_and_a_bucket_made_elsewhere(draw: Draw) -> None:
    model = draw(shapes.thumbnails())
    assert "UploadBucket -event-> ResizeFunction: ObjectCreated:*" in said(model)
    elsewhere = model.node("s3:uploads-of-somebody")
    assert elsewhere.external and elsewhere.type == "AWS::S3::Bucket"


@pytest.mark.parametrize(
    "name",
    [
        {"Fn::Sub": "uploads-${AWS::AccountId}"},
        {"Fn::Join": ["-", ["uploads", {"Ref": "Stage"}]]},
        {"Ref": "Stage"},
        "u-1",
    ],
    ids=["sub", "join", "parameter", "plain"],
)
def test_a_resource_may_be_called_by_the_name_that_it_is_given(draw: Draw, name: Any) -> None:
    """The usual way around a circle: the bucket tells the function, and the function's policy names the bucket."""
    function = {
        "Type": "AWS::Serverless::Function",
        "Properties": {
            "CodeUri": "src",
            "Handler": "app.handler",
            "Runtime": "python3.12",
            "Policies": [{"S3ReadPolicy": {"BucketName": name}}],
            "Events": {
                "New": {"Type": "S3", "Properties": {"Bucket": {"Ref": "Uploads"}, "Events": "s3:ObjectCreated:*"}}
            },
        },
    }
    resources = {
        "Uploads": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": name}},
        "Others": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "u-12"}},
        "Ingest": function,
    }
    model = draw(
        {"Transform": "AWS::Serverless-2016-10-31", "Parameters": {"Stage": {"Type": "String"}}, "Resources": resources}
    )
    assert {(edge.source, edge.target, edge.kind) for edge in model.edges} == {
        ("Uploads", "Ingest", "event"),
        ("Ingest", "Uploads", "call"),
    }
    assert {node.id for node in model.nodes} == {"Uploads", "Others", "Ingest"}


def test_a_state_machine_with_its_tasks_and_its_rule(draw: Draw) -> None:
    found = said(draw(shapes.workflow()))
    assert "ShopBus -event-> OrderMachinePlaced: matches" in found
    assert "OrderMachinePlaced -event-> OrderMachine: triggers" in found
    assert "OrderMachine -invoke-> ChargeFunction: task" in found
    assert not any("OrderMachine -call->" in edge for edge in found), (
        "the policy confirms the task, it is no second edge"
    )


def test_a_state_machine_reads_the_items_of_a_map_and_writes_its_results(draw: Draw) -> None:
    processor = {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}
    place = {"Bucket": "${Bucket}"}
    reader = {"Resource": "arn:aws:states:::s3:listObjectsV2", "Parameters": place}
    writer = {"Resource": "arn:aws:states:::s3:putObject", "Parameters": place}
    each = {"Type": "Map", "ItemReader": reader, "ResultWriter": writer, "ItemProcessor": processor, "End": True}
    properties = {
        "Definition": {"StartAt": "Each", "States": {"Each": each}},
        "DefinitionSubstitutions": {"Bucket": {"Ref": "Things"}},
        "Role": {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:role/r"},
    }
    machine = {"Type": "AWS::Serverless::StateMachine", "Properties": properties}
    model = draw(
        {
            "Transform": "AWS::Serverless-2016-10-31",
            "Resources": {"Things": {"Type": "AWS::S3::Bucket"}, "Machine": machine},
        }
    )
    assert [edge for edge in said(model) if edge.startswith("Machine")] == [
        "Machine -invoke-> Things: ListObjectsV2, PutObject"
    ]


def test_a_state_machine_calls_an_api_by_its_host(draw: Draw) -> None:
    call = {"Resource": "arn:aws:states:::apigateway:invoke", "Parameters": {"ApiEndpoint": "${Host}"}}
    properties = {
        "Definition": {"StartAt": "Call", "States": {"Call": {"Type": "Task", **call, "End": True}}},
        "DefinitionSubstitutions": {"Host": {"Fn::Sub": "${Api}.execute-api.${AWS::Region}.amazonaws.com"}},
        "Role": {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:role/r"},
    }
    resources = {
        "Api": {"Type": "AWS::Serverless::HttpApi"},
        "Machine": {"Type": "AWS::Serverless::StateMachine", "Properties": properties},
    }
    model = draw({"Transform": "AWS::Serverless-2016-10-31", "Resources": resources})
    assert [edge for edge in said(model) if edge.startswith("Machine")] == ["Machine -invoke-> Api: Invoke"]


def test_a_role_from_elsewhere_does_not_hide_what_the_environment_shows(draw: Draw) -> None:
    found = said(draw(shapes.schedules()))
    assert "WeeklyReportFunction -reference-> ReportTable: uses" in found
    assert "DailyReportFunction -call-> ReportsBucket: PutObject" in found
    assert not any("DailyReportFunction" in edge and "ReportTable" in edge for edge in found), "no right, no edge"
    assert not any("HourlyReportFunction -" in edge for edge in found)


def test_unknown_types_are_drawn_and_say_what_they_are(draw: Draw) -> None:
    model = draw(shapes.table_streams())
    assert model.node("SearchCollection").settings == ("OpenSearchServerless Collection",)
    assert "IndexFunction -call-> SearchCollection: ESHttpPut, ESHttpPost" in said(model)
    assert "Orders -event-> ProjectFunction: batch 100" in said(model)


def test_an_api_whose_address_a_function_has_is_called_unless_it_is_that_of_pages(draw: Draw) -> None:
    address = {"Fn::Sub": "https://${ServerlessHttpApi}.execute-api.${AWS::Region}.amazonaws.com"}
    template = shapes.hello()
    variables = {"ORDERS_URL": address, "PRODUCT_PAGES_URL": address}
    for name, value in variables.items():
        template["Resources"][name.title().replace("_", "")] = {
            "Type": "AWS::Serverless::Function",
            "Properties": {
                "Handler": "app.handler",
                "Runtime": "python3.12",
                "InlineCode": "def handler(event, context): pass",
                "Environment": {"Variables": {name: value}},
            },
        }
    requests = {edge.source for edge in draw(template).edges if edge.target == "ServerlessHttpApi"}
    assert requests == {"Clients", "OrdersUrl"}


def test_plain_cloudformation_with_alias_url_policy_and_unknown_types(draw: Draw) -> None:
    model = draw(shapes.plain_cloudformation())
    assert said(model) == {
        "Clients -request-> Api: HTTPS",
        "Clients -request-> Handler: HTTPS",
        "Api -invoke-> Handler: PUT /notes/{id}",
        "Handler -call-> Notes: any action",
        "Job -reference-> Workers: refers to",
    }
    assert [badge.text for badge in model.node("Handler").badges] == ["logs kept 7 days"]
    assert model.resources == 13


def test_a_consumer_that_changes_its_own_messages_is_one_edge() -> None:
    model = architecture.from_patterns("fulfilment").model
    edges = [edge for edge in model.edges if {edge.source, edge.target} == {"OrdersQueue", "OrdersFunction"}]
    assert [edge.kind for edge in edges] == ["event"]
    assert any("sqs:ChangeMessageVisibility" in place for place in edges[0].evidence)


def test_rights_on_what_others_make_keep_their_pattern(draw: Draw) -> None:
    table, legacy = {"Type": "AWS::DynamoDB::Table"}, "arn:aws:dynamodb:eu-west-3:1:table/legacy/index/*"
    joined = {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":s3:::lake/raw/*"]]}
    stack = {"Fn::Sub": "arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:${AWS::StackName}-jobs*"}
    statements = [
        {"Effect": "Allow", "Action": "dynamodb:PutItem", "Resource": [{"Fn::GetAtt": ["Own", "Arn"]}, legacy]},
        {"Effect": "Allow", "Action": "s3:PutObject", "Resource": joined},
        {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": stack},
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
    ]
    role = {"Type": "AWS::IAM::Role", "Properties": {"Policies": [{"PolicyDocument": {"Statement": statements}}]}}
    function = {"Type": "AWS::Lambda::Function", "Properties": {"Role": {"Fn::GetAtt": ["Role", "Arn"]}}}
    model = draw({"Resources": {"Own": table, "Role": role, "Fn": function}})
    assert {edge.target for edge in model.edges} == {"Own", "dynamodb:legacy", "s3:lake", "sqs:*-jobs*", "*:*"}


def test_the_whole_shop_wires_parameters_to_outputs() -> None:
    model = architecture.from_patterns().model
    found = {(edge.source, edge.target) for edge in model.edges}
    assert {
        ("CheckoutFunction", "ShopApi"),
        ("CheckoutEventsFunction", "EventStream"),
        ("CartEventsFunction", "EventStream"),
    } <= found
    assert [node.id for node in model.nodes if node.external] == ["Clients"]


def test_a_pattern_alone_shows_what_is_made_elsewhere() -> None:
    model = architecture.from_patterns("fulfilment").model
    functions = {f"{name}FunctionName" for name in ("Members", "Payments", "ProfileEntries", "PromotionUses", "Quote")}
    elsewhere = {"Clients", "EventStreamName", "ShopApiUrl", "AccountChangesTopicArn", *functions}
    assert {node.id for node in model.nodes if node.external} == elsewhere
    assert model.node("EventStreamName").type == "AWS::Kinesis::Stream"


def test_templates_that_share_a_logical_id_stay_apart(tmp_path: Path) -> None:
    paths = [tmp_path / "one.json", tmp_path / "two.json"]
    for path in paths:
        path.write_text(json.dumps(shapes.hello()))
    model = architecture.from_template(*paths).model
    assert {node.id for node in model.nodes} >= {"one/HelloFunction", "two/HelloFunction"}
    assert ("one/ServerlessHttpApi", "one/HelloFunction") in {(edge.source, edge.target) for edge in model.edges}


def test_every_edge_names_its_evidence_and_every_end_is_drawn() -> None:
    for name in architecture.names():
        model = architecture.picture_of(name).model
        ids = {node.id for node in model.nodes}
        for edge in model.edges:
            assert edge.evidence and edge.verbs and {edge.source, edge.target} <= ids


def test_a_model_survives_its_text() -> None:
    model = architecture.from_patterns().model
    assert from_json(model.to_json()) == model


@pytest.mark.parametrize("text", ["", "[]", '{"nodes": []}', '{"nodes": [{"x": 1}]}'])
def test_text_that_is_no_model_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        from_json(text)


def test_differences_are_told_by_edge() -> None:
    before = architecture.from_patterns("rest").model
    kept = tuple(edge for edge in before.edges if edge.key != ("CartFunction", "CartTable", "call"))
    fewer = Model(before.title, before.source, before.resources, before.groups, before.nodes, kept, before.summary)
    assert "+ CartFunction -> CartTable PutItem: in the template, not in the diagram" in differences(fewer, before)
    assert "- CartFunction -> CartTable PutItem: in the diagram, not in the template" in differences(before, fewer)
    assert differences(before, before) == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Resources: [", "case.yaml"),
        ("Resources: {}", "no Resources"),
        ("Resources:\n  A: {Properties: {}}", "no Type"),
        ("Transform: AWS::Serverless-2016-10-31\nResources:\n  F:\n    Type: AWS::Serverless::Function\n", "F"),
    ],
)  # fmt: skip
def test_a_broken_template_is_refused_with_its_name(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "case.yaml"
    path.write_text(text)
    with pytest.raises(LabError, match=says):
        architecture.from_template(path)


@pytest.mark.parametrize("name", ["no-such-pattern", "no/such/template.yaml"])
def test_an_unknown_picture_is_refused(name: str) -> None:
    with pytest.raises(LabError):
        architecture.picture_of(name)


def test_edges_as_a_table() -> None:
    table = architecture.from_patterns("clickstream").edges
    assert list(table.columns) == ["step", "source", "target", "kind", "verbs", "evidence"]
    row = table[table.source == "CollectorFunction"].iloc[0]
    assert (row.target, row.verbs) == ("EventStream", "PutRecords")
    assert "kinesis:PutRecords" in row.evidence
    assert isinstance(architecture.from_patterns("clickstream").model.edges[0], Edge)
