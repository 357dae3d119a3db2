"""Nothing is missing and nothing is made up: what templates name by ARN, address or plain name, in documents, policies
and patterns; and of what cannot be told from a template the picture says so."""

from collections.abc import Callable
from pathlib import Path

import pytest

from shoplib import architecture
from shoplib.architecture.model import Model
from shoplib.architecture.reading import joining

Draw = Callable[..., Model]
FUNCTION = "{Type: AWS::Serverless::Function, Properties: {InlineCode: x, Handler: i.h, Runtime: python3.12%s}}"
TABLE = "{Type: AWS::DynamoDB::Table, Properties: {TableName: orders, AttributeDefinitions: [], KeySchema: []}}"
LAMBDA = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:1:function:worker"
HERE = "us-east-1:123456789012"


@pytest.fixture
def draw(tmp_path: Path) -> Draw:
    def model(resources: str, head: str = "", **files: str) -> Model:
        path = tmp_path / "template.yaml"
        lines = "\n".join(f"  {line}" for line in resources.strip().splitlines())
        path.write_text(f"Transform: AWS::Serverless-2016-10-31\n{head}\nResources:\n{lines}\n")
        for name, text in files.items():
            (tmp_path / name.replace("__", ".")).write_text(text)
        return architecture.from_template(path).model

    return model


def ways(model: Model) -> set[str]:
    return {f"{edge.source} -> {edge.target}: {', '.join(edge.verbs)}" for edge in model.edges}


def worker(properties: str = "") -> str:
    return f"Worker: {FUNCTION % f', FunctionName: worker{properties}'}"


@pytest.mark.parametrize(
    "arn",
    [
        f"arn:aws:sns:{HERE}:alerts",
        '!Sub "arn:${AWS::Partition}:sns:${AWS::Region}:${AWS::AccountId}:alerts"',
        '!Join [":", [arn, aws, sns, !Ref "AWS::Region", !Ref "AWS::AccountId", alerts]]',
        "!If [Here, !Ref Topic, !Ref AWS::NoValue]",
    ],
)
def test_a_rule_finds_its_target_however_its_arn_is_written(draw: Draw, arn: str) -> None:
    model = draw(f"""
Topic: {{Type: AWS::SNS::Topic, Properties: {{TopicName: alerts}}}}
Rule: {{Type: AWS::Events::Rule, Properties: {{EventPattern: {{}}, Targets: [{{Id: a, Arn: {arn}}}]}}}}""")
    assert ways(model) == {"Rule -> Topic: triggers"} and not model.notes


@pytest.mark.parametrize(
    ("arn", "target"),
    [
        (f"arn:aws:sqs:{HERE}:theirs", "sqs:theirs"),
        (f"arn:aws:lambda:{HERE}:function:theirs:live", "lambda:theirs"),
        ("!ImportValue their-topic", "their-topic"),
    ],
)
def test_a_target_that_others_make_is_drawn_as_theirs(draw: Draw, arn: str, target: str) -> None:
    model = draw(
        f"Rule: {{Type: AWS::Events::Rule, Properties: {{EventPattern: {{}}, Targets: [{{Id: a, Arn: {arn}}}]}}}}"
    )
    assert ways(model) == {f"Rule -> {target}: triggers"} and model.node(target).external


def test_what_only_deploying_tells_is_noted_and_said_in_the_caption(draw: Draw, tmp_path: Path) -> None:
    rule = "{EventPattern: {}, Targets: [{Id: a, Arn: !FindInMap [Topics, !Ref AWS::Region, arn]}]}"
    model = draw(f"Rule: {{Type: AWS::Events::Rule, Properties: {rule}}}", "Mappings: {Topics: {a: {arn: b}}}")
    assert [note.partition(":")[0] for note in model.notes] == ["Rule.Targets[0]"]
    caption = " ".join(text.words for text in architecture.Picture(model).scene.words)
    assert "Not drawn" in caption and "Rule.Targets[0]" in caption


IN_S3 = [
    ("Machine: {Type: AWS::Serverless::StateMachine, Properties: {DefinitionUri: s3://b/m.json, Role: r}}", "Machine."),
    (
        "Api: {Type: AWS::Serverless::Api, Properties: {StageName: a, DefinitionUri: s3://b/api.yaml}}",
        "Api.BodyS3Location",
    ),
    (
        "Api: {Type: AWS::Serverless::Api, Properties: {StageName: a, DefinitionBody: "
        "{Fn::Transform: {Name: AWS::Include, Parameters: {Location: s3://b/api.yaml}}}}}",
        "Api.Body",
    ),
]


@pytest.mark.parametrize(("resource", "place"), IN_S3)
def test_a_document_in_s3_is_said_to_be_unread(draw: Draw, resource: str, place: str) -> None:
    (note,) = draw(resource).notes
    assert note.startswith(place) and note.endswith("the document is in S3")


@pytest.mark.parametrize("name", ["uploads", "!Ref Uploads", "{prefix: !Ref Uploads}"])
def test_a_bucket_in_an_event_pattern_feeds_the_rule(draw: Draw, name: str) -> None:
    pattern = f"{{source: [aws.s3], detail: {{bucket: {{name: [{name}]}}, reason: [{{anything-but: uploads}}]}}}}"
    model = draw(f"""
Uploads: {{Type: AWS::S3::Bucket, Properties: {{BucketName: uploads}}}}
Rule: {{Type: AWS::Events::Rule, Properties: {{EventPattern: {pattern}, Targets: []}}}}""")
    assert ways(model) == {"Uploads -> Rule: events"}


def test_an_alarm_leads_from_what_it_watches_to_whom_it_tells(draw: Draw) -> None:
    dimensions = "Namespace: AWS/SQS, Dimensions: [{Name: QueueName, Value: jobs}]"
    model = draw(f"""
People: {{Type: AWS::SNS::Topic}}
Jobs: {{Type: AWS::SQS::Queue, Properties: {{QueueName: jobs}}}}
Deep: {{Type: AWS::CloudWatch::Alarm, Properties: {{{dimensions}, AlarmActions: [!Ref People]}}}}""")
    assert ways(model) == {"Jobs -> People: alarm"}


def test_a_schedule_calls_any_action_of_aws(draw: Draw) -> None:
    target = """{Arn: "arn:aws:scheduler:::aws-sdk:sqs:sendMessage", Input: '{"QueueUrl": "%s"}'}"""
    model = draw(f"""
Jobs: {{Type: AWS::SQS::Queue, Properties: {{QueueName: jobs}}}}
Daily:
  Type: AWS::Scheduler::Schedule
  Properties: {{ScheduleExpression: rate(1 day), Target: {target % "https://sqs.us-east-1.amazonaws.com/1/jobs"}}}""")
    assert ways(model) == {"Daily -> Jobs: SendMessage"}


def test_a_bucket_that_a_pattern_keeps_out_feeds_nothing(draw: Draw) -> None:
    model = draw("""
Uploads: {Type: AWS::S3::Bucket, Properties: {BucketName: uploads}}
Rule: {Type: AWS::Events::Rule, Properties: {EventPattern: {detail: {bucket: {name: [{anything-but: uploads}]}}}}}""")
    assert not model.edges


def test_changes_of_a_table_go_into_its_stream(draw: Draw) -> None:
    model = draw(f"""
Stream: {{Type: AWS::Kinesis::Stream, Properties: {{Name: changes, ShardCount: 1}}}}
Orders:
  Type: AWS::DynamoDB::Table
  Properties:
    AttributeDefinitions: []
    KeySchema: []
    KinesisStreamSpecification: {{StreamArn: "arn:aws:kinesis:{HERE}:stream/changes"}}""")
    assert ways(model) == {"Orders -> Stream: changes"}


ROUTES = [
    ('type: aws, uri: !Sub "arn:aws:apigateway:${AWS::Region}:sqs:path/${AWS::AccountId}/jobs"', "Jobs"),
    (
        'type: aws, uri: "arn:aws:apigateway:us-east-1:dynamodb:action/PutItem", '
        """requestTemplates: {application/json: '{"TableName": "orders"}'}""",
        "Orders",
    ),
    (f"type: aws_proxy, uri: {LAMBDA}/invocations", "Worker"),
    ('type: aws, uri: "arn:aws:apigateway:us-east-1:events:action/PutEvents"', "events:*"),
    ('type: http_proxy, uri: "https://example.com/path"', "example.com"),
]


@pytest.mark.parametrize(("integration", "target"), ROUTES)
@pytest.mark.parametrize("included", [False, True])
def test_a_route_leads_to_the_service_that_its_document_names(
    draw: Draw, integration: str, target: str, included: bool
) -> None:
    body = f"{{paths: {{/x: {{post: {{x-amazon-apigateway-integration: {{{integration}}}}}}}}}}}"
    include = "{Fn::Transform: {Name: AWS::Include, Parameters: {Location: api.yaml}}}"
    model = draw(
        f"""
Api: {{Type: AWS::Serverless::Api, Properties: {{StageName: live, DefinitionBody: {include if included else body}}}}}
Jobs: {{Type: AWS::SQS::Queue, Properties: {{QueueName: jobs}}}}
Orders: {TABLE}
{worker()}""",
        api__yaml=body,
    )
    assert ways(model) == {"Clients -> Api: HTTPS", f"Api -> {target}: POST /x"}


SUBTYPES = [
    ("SQS-SendMessage", "QueueUrl: https://sqs.us-east-1.amazonaws.com/123456789012/jobs", "Jobs"),
    ("SQS-SendMessage", "QueueUrl: !Ref Jobs", "Jobs"),
    ("Kinesis-PutRecord", "StreamName: clicks", "Clicks"),
    ("EventBridge-PutEvents", "Source: shop", "events:default"),
]


@pytest.mark.parametrize(("subtype", "parameters", "target"), SUBTYPES)
@pytest.mark.parametrize("by_document", [False, True])
def test_an_http_api_calls_services_by_subtypes(
    draw: Draw, subtype: str, parameters: str, target: str, by_document: bool
) -> None:
    integration = f"integrationSubtype: {subtype}, requestParameters: {{{parameters}}}"
    body = f"{{paths: {{/x: {{post: {{x-amazon-apigateway-integration: {{type: aws_proxy, {integration}}}}}}}}}}}"
    by_subtype = f"IntegrationSubtype: {subtype}, RequestParameters: {{{parameters}}}"
    resources = f"""
Integration:
  Type: AWS::ApiGatewayV2::Integration
  Properties: {{ApiId: !Ref Api, IntegrationType: AWS_PROXY, {by_subtype}}}
Route:
  Type: AWS::ApiGatewayV2::Route
  Properties: {{ApiId: !Ref Api, RouteKey: POST /x, Target: !Sub "integrations/${{Integration}}"}}"""
    properties = f"{{Name: a, ProtocolType: HTTP{f', Body: {body}' if by_document else ''}}}"
    model = draw(f"""
Api: {{Type: AWS::ApiGatewayV2::Api, Properties: {properties}}}
Jobs: {{Type: AWS::SQS::Queue, Properties: {{QueueName: jobs}}}}
Clicks: {{Type: AWS::Kinesis::Stream, Properties: {{Name: clicks}}}}{"" if by_document else resources}""")
    assert ways(model) == {"Clients -> Api: HTTPS", f"Api -> {target}: POST /x"}


BY_REQUESTS = [
    ("type: aws, uri: 'arn:aws:apigateway:us-east-1:kinesis:action/PutRecord'", "kinesis:PutRecord", "Clicks.Arn"),
    ("type: aws_proxy, integrationSubtype: Kinesis-PutRecord", "kinesis:Put*", "Clicks.Arn"),
]


@pytest.mark.parametrize(("integration", "action", "resource"), BY_REQUESTS)
@pytest.mark.parametrize("everything", [False, True])
def test_what_a_request_names_is_what_the_route_s_role_allows(
    draw: Draw, integration: str, action: str, resource: str, everything: bool
) -> None:
    allowed = "'*'" if everything else f"!GetAtt {resource}"
    statement = f"{{Effect: Allow, Action: ['{action}', 'sqs:SendMessage'], Resource: {allowed}}}"
    forwards = f"{integration}, credentials: !GetAtt Role.Arn"
    body = f"{{paths: {{/x: {{post: {{x-amazon-apigateway-integration: {{{forwards}}}}}}}}}}}"
    model = draw(f"""
Api: {{Type: AWS::Serverless::Api, Properties: {{StageName: live, DefinitionBody: {body}}}}}
Clicks: {{Type: AWS::Kinesis::Stream, Properties: {{ShardCount: 1}}}}
Views: {{Type: AWS::Kinesis::Stream, Properties: {{ShardCount: 1}}}}
Role:
  Type: AWS::IAM::Role
  Properties:
    AssumeRolePolicyDocument: {{}}
    Policies: [{{PolicyName: p, PolicyDocument: {{Statement: [{statement}]}}}}]""")
    target = "kinesis:*" if everything else "Clicks"
    assert ways(model) == {"Clients -> Api: HTTPS", f"Api -> {target}: POST /x"}


def rule(name: str, properties: str) -> str:
    target = "Targets: [{Id: a, Arn: !GetAtt Jobs.Arn}]"
    return f"{name}: {{Type: AWS::Events::Rule, Properties: {{{properties}, {target}}}}}"


BUSES = {'"arn:aws:events:us-east-1:123456789012:event-bus/default"': "events:default", "'*'": "events:*", None: None}


@pytest.mark.parametrize(("resource", "bus"), BUSES.items())
def test_the_default_bus_leads_to_the_rules_that_wait_for_own_events(
    draw: Draw, resource: str | None, bus: str | None
) -> None:
    put = f", Policies: [{{Statement: [{{Effect: Allow, Action: events:PutEvents, Resource: {resource}}}]}}]"
    rules = (
        rule("Own", "EventPattern: {source: [shop]}"),
        rule("Named", "EventBusName: default, EventPattern: {detail-type: [sold]}"),
        rule("Machines", "EventPattern: {source: [aws.ec2, {prefix: aws.s3}]}"),
        rule("Nightly", "ScheduleExpression: rate(1 day)"),
    )
    model = draw("Jobs: {Type: AWS::SQS::Queue}\n" + "\n".join((*rules, worker(put if resource else ""))))
    matches = {way for way in ways(model) if way.endswith("matches")}
    assert matches == ({f"{bus} -> {name}: matches" for name in ("Own", "Named")} if bus else set())


def test_rules_of_one_template_wait_for_what_another_one_puts_on_the_default_bus(draw: Draw) -> None:
    put = ", Policies: [{Statement: [{Effect: Allow, Action: events:PutEvents, Resource: %s}]}]"
    says = draw(worker(put % '"arn:aws:events:us-east-1:123456789012:event-bus/default"'))
    hears = draw("Jobs: {Type: AWS::SQS::Queue}\n" + rule("Own", "EventPattern: {source: [shop]}"))
    both = joining.join([(says, {}), (hears, {})], "both", "")
    assert ways(both) == {
        "Worker -> events:default: PutEvents",
        "events:default -> Own: matches",
        "Own -> Jobs: triggers",
    }
    assert "matches" not in " ".join(ways(hears))


STATES = """{"StartAt": "A", "States": {
  "A": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:1:function:worker", "Next": "B"},
  "B": {"Type": "Map", "ItemProcessor": {"StartAt": "C", "States": {"C": {"Type": "Task", "End": true,
    "Resource": "arn:aws:states:::dynamodb:putItem", "Parameters": {"TableName": "orders"}}}}, "Next": "D"},
  "D": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage",
    "Parameters": {"QueueUrl": "https://sqs.us-east-1.amazonaws.com/1/jobs"}, "End": true}}}"""


@pytest.mark.parametrize("how", ["Definition", "DefinitionString", "DefinitionUri"])
def test_a_state_machine_finds_what_its_tasks_name(draw: Draw, how: str) -> None:
    kind = "Serverless" if how == "DefinitionUri" else "StepFunctions"
    said = {"Definition": STATES, "DefinitionString": f"'{STATES}'", "DefinitionUri": "m.json"}[how]
    role = "Role: arn:aws:iam::1:role/r, " if how == "DefinitionUri" else ""
    definition = " ".join(said.split("\n"))
    model = draw(
        f"""
Machine: {{Type: AWS::{kind}::StateMachine, Properties: {{{role}{how}: {definition}}}}}
Jobs: {{Type: AWS::SQS::Queue, Properties: {{QueueName: jobs}}}}
Orders: {TABLE}
{worker()}""",
        m__json=STATES,
    )
    expected = {"Machine -> Worker: task", "Machine -> Orders: PutItem", "Machine -> Jobs: SendMessage"}
    assert ways(model) == expected


def test_nested_templates_are_lanes_of_the_same_picture(draw: Draw) -> None:
    """Parameters hand in, outputs hand out; one nested stack takes what another hands out."""
    store = f"Resources:\n  Orders: {TABLE}\nOutputs:\n  Name: {{Value: !Ref Orders}}\n"
    policy = ", Policies: [{DynamoDBWritePolicy: {TableName: !Ref Table}}]"
    events = ", Events: {Q: {Type: SQS, Properties: {Queue: !Sub '${QueueArn}', BatchSize: 7}}}"
    workers = (
        "Transform: AWS::Serverless-2016-10-31\nParameters: {QueueArn: {Type: String}, Table: {Type: String}}\n"
        f"Resources:\n  {worker(policy + events)}\n"
    )
    model = draw(
        """
Jobs: {Type: AWS::SQS::Queue}
Store: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: store.yaml}}
Workers:
  Type: AWS::Serverless::Application
  Properties: {Location: workers.yaml, Parameters: {QueueArn: !GetAtt Jobs.Arn, Table: !GetAtt Store.Outputs.Name}}""",
        store__yaml=store,
        workers__yaml=workers,
    )
    assert {(edge.source, edge.target) for edge in model.edges} == {
        ("Jobs", "Workers/Worker"),
        ("Workers/Worker", "Store/Orders"),
    }
    assert [group.title for group in model.groups][1:] == ["store", "workers"]
    assert {node.name for node in model.nodes} == {"Jobs", "Worker", "Orders"}


def test_what_a_loop_makes_leads_to_the_loop(tmp_path: Path) -> None:
    path = tmp_path / "loops.yaml"
    path.write_text(
        "Transform: AWS::LanguageExtensions\nResources:\n"
        "  Fn::ForEach::Queues: [Color, [Red, Blue], {'Jobs${Color}': {Type: AWS::SQS::Queue}}]\n"
    )
    places = architecture.from_template(path).places
    assert {id: place.location for id, place in places.items()} == {
        "JobsRed": "loops.yaml:3",
        "JobsBlue": "loops.yaml:3",
    }


def test_another_filter_is_a_change_and_a_difference(draw: Draw) -> None:
    def filtered(kind: str) -> Model:
        policy = f"FilterPolicy: {{kind: [{kind}]}}"
        return draw(f"""
News: {{Type: AWS::SNS::Topic}}
Jobs: {{Type: AWS::SQS::Queue}}
Some:
  Type: AWS::SNS::Subscription
  Properties: {{TopicArn: !Ref News, Protocol: sqs, Endpoint: !GetAtt Jobs.Arn, {policy}}}""")

    before, after = filtered("order"), filtered("refund")
    assert architecture.differences(before, after) == [
        "+ News -> Jobs only kind refund: in the template, not in the diagram",
        "- News -> Jobs only kind order: in the diagram, not in the template",
    ]
    changed = architecture.change(architecture.Picture(before), architecture.Picture(after)).model
    assert {edge.kind for edge in changed.edges} == {"added", "removed"}


def test_access_logs_lead_to_their_group(draw: Draw) -> None:
    model = draw("""
Access: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: access}}
Api:
  Type: AWS::Serverless::HttpApi
  Properties: {AccessLogSettings: {DestinationArn: !GetAtt Access.Arn, Format: x}}""")
    assert "Api -> Access: access logs" in ways(model)


def test_a_log_group_by_its_functions_name_is_the_functions_badge(draw: Draw) -> None:
    model = draw(f"""
Logs: {{Type: AWS::Logs::LogGroup, Properties: {{LogGroupName: /aws/lambda/worker, RetentionInDays: 3}}}}
{worker()}""")
    assert [node.id for node in model.nodes] == ["Worker"]
    assert [badge.text for badge in model.node("Worker").badges] == ["logs kept 3 days"]


def test_the_policy_of_stream_readers_makes_no_stream(draw: Draw) -> None:
    events = "Events: {S: {Type: Kinesis, Properties: {Stream: !GetAtt Clicks.Arn, StartingPosition: LATEST}}}"
    model = draw(f"""
Clicks: {{Type: AWS::Kinesis::Stream, Properties: {{ShardCount: 1}}}}
Other: {{Type: AWS::Kinesis::Stream, Properties: {{ShardCount: 1}}}}
{worker(f", Policies: [{{KinesisStreamReadPolicy: {{StreamName: !Ref Clicks}}}}], {events}")}""")
    assert {node.id for node in model.nodes} == {"Clicks", "Other", "Worker"}
    assert {(edge.source, edge.target) for edge in model.edges} == {("Clicks", "Worker")}


def policies(*statements: str) -> str:
    return f", Policies: [{{Version: '2012-10-17', Statement: [{', '.join(statements)}]}}]"


def test_a_pattern_is_one_arrow_to_its_group(draw: Draw) -> None:
    tables = "\n".join(f"Shop{i}: {TABLE.replace('orders', f'shop-{i}')}" for i in range(36))
    model = draw(
        tables
        + "\n"
        + worker(
            policies(f'{{Effect: Allow, Action: "dynamodb:PutItem", Resource: "arn:aws:dynamodb:{HERE}:table/shop-*"}}')
        )
    )
    assert ways(model) == {"Worker -> dynamodb:shop-*: PutItem"}
    assert model.node("dynamodb:shop-*").settings == ("36 of these",)


def test_a_pattern_that_fits_one_resource_is_that_resource(draw: Draw) -> None:
    allowed = policies('{Effect: Allow, Action: "dynamodb:GetItem", Resource: "*"}')
    assert ways(draw(f"Orders: {TABLE}\n{worker(allowed)}")) == {"Worker -> Orders: GetItem"}


def test_everything_of_many_services_is_one_arrow(draw: Draw) -> None:
    services = ["dynamodb", "sqs", "s3", "sns", "kinesis", "states"]
    allowed = policies(*(f'{{Effect: Allow, Action: "{name}:*", Resource: "*"}}' for name in services))
    assert ways(draw(worker(allowed))) == {"Worker -> *:*: any action"}


def test_a_name_is_one_only_where_it_says_of_what(draw: Draw) -> None:
    """`orders` in a variable called TABLE is the table; as the name of a service it is a word."""
    variables = "Environment: {Variables: {ORDERS_TABLE_NAME: orders, SERVICE: jobs}}, Role: 'arn:aws:iam::1:role/r'"
    model = draw(f"""
Orders: {TABLE}
Jobs: {{Type: AWS::SQS::Queue, Properties: {{QueueName: jobs}}}}
{worker(f", {variables}")}""")
    assert ways(model) == {"Worker -> Orders: uses"}


def test_filters_are_said_in_words(draw: Draw) -> None:
    pattern = """{"body": {"kind": ["order"], "amount": [{"numeric": [">", 100]}], "test": [{"exists": false}]}}"""
    events = (
        "Events: {Q: {Type: SQS, Properties: {Queue: !GetAtt Jobs.Arn, BatchSize: 5, "
        f"FilterCriteria: {{Filters: [{{Pattern: '{pattern}'}}]}}}}}}}}"
    )
    model = draw(f"Jobs: {{Type: AWS::SQS::Queue}}\n{worker(f', {events}')}")
    (edge,) = model.edges
    assert edge.verbs == ("batch 5",)
    assert edge.filters == ("body.kind order and body.amount numeric > 100 and body.test is absent",)
    words = [text.words for text in architecture.Picture(model).scene.labels]
    assert " ".join(words) == "batch 5, filtered"


def test_the_label_is_the_action_that_matters(draw: Draw) -> None:
    allowed = ", Policies: [{SQSPollerPolicy: {QueueName: !GetAtt Jobs.QueueName}}]"
    model = draw(f"Jobs: {{Type: AWS::SQS::Queue}}\n{worker(allowed)}")
    words = [text.words for text in architecture.Picture(model).scene.labels]
    assert words[0].startswith("ReceiveMessage")


DESCRIPTIONS = [
    ("Orders. They are taken, priced: and kept. Then sent.", "Orders", "They are taken, priced: and kept. Then sent."),
    ("Orders: they are taken (tag:orders-sqs)", "shop", "Orders: they are taken (tag:orders-sqs)"),
    ("Version 1.2 of e.g. this. More.", "Version 1.2 of e.g. this", "More."),
    (f"Long. {'A sentence that is long. ' * 40}", "Long", ("A sentence that is long. " * 16).strip()),
]


@pytest.mark.parametrize(("description", "title", "summary"), DESCRIPTIONS)
def test_a_description_is_cut_at_a_sentence(tmp_path: Path, description: str, title: str, summary: str) -> None:
    path = tmp_path / "shop.yaml"
    path.write_text(f"Description: >\n  {description}\nResources: {{Orders: {TABLE}}}\n")
    model = architecture.from_template(path).model
    assert (model.title, model.summary) == (title, summary)


def test_a_long_title_wraps() -> None:
    model = Model("Long words " * 20, "x", 0, (), (), ())
    scene = architecture.Picture(model).scene
    assert all(text.box.right <= scene.width for text in scene.words)
    assert sum("Long" in text.words for text in scene.words) > 1


@pytest.mark.parametrize("kind", ["EC2::Subnet", "IoT::TopicRule", "Route53::HostedZone", "Rekognition::Collection"])
def test_types_have_the_icon_of_the_diagrams_package(kind: str) -> None:
    from shoplib.architecture.painting import icons
    from shoplib.architecture.resource_types import GENERIC

    assert icons.of_type(f"AWS::{kind}") != GENERIC.icon and icons.image(icons.of_type(f"AWS::{kind}"))


def test_every_icon_that_is_named_is_in_the_diagrams_package() -> None:
    from shoplib.architecture import resource_icons
    from shoplib.architecture.painting import icons

    for icon in {*resource_icons.BY_TYPE.values(), *resource_icons.BY_SERVICE.values()}:
        assert icons.image(f"aws.{icon}")


def test_the_management_address_of_a_web_socket_is_no_second_connection(draw: Draw) -> None:
    address = '!Sub "https://${Socket}.execute-api.${AWS::Region}.amazonaws.com/prod/"'
    arn = '!Sub "arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${Socket}/prod/*"'
    allowed = f"Statement: [{{Effect: Allow, Action: 'execute-api:ManageConnections', Resource: {arn}}}]"
    variables = f"Environment: {{Variables: {{SOCKET_URL: {address}}}}}"
    model = draw(f"""
Socket: {{Type: AWS::ApiGatewayV2::Api, Properties: {{Name: s, ProtocolType: WEBSOCKET}}}}
{worker(f", {variables}, Policies: [{{Version: '2012-10-17', {allowed}}}]")}""")
    assert {way for way in ways(model) if way.startswith("Worker")} == {"Worker -> Socket: ManageConnections"}


def test_a_state_machine_does_what_its_tasks_do_whatever_its_role_allows(draw: Draw) -> None:
    task = "{Type: Task, Resource: 'arn:aws:states:::dynamodb:%s', Parameters: {TableName: !Ref Orders}, %s}"
    states = f"{{Put: {task % ('putItem', 'Next: Set')}, Set: {task % ('updateItem', 'End: true')}}}"
    actions = "['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:Query']"
    statement = f"{{Effect: Allow, Action: {actions}, Resource: !GetAtt Orders.Arn}}"
    policy = f"{{Version: '2012-10-17', Statement: [{statement}]}}"
    model = draw(f"""
Orders: {TABLE}
Flow:
  Type: AWS::Serverless::StateMachine
  Properties: {{Definition: {{StartAt: Put, States: {states}}}, Policies: [{policy}]}}""")
    assert ways(model) == {"Flow -> Orders: PutItem, UpdateItem"}


def test_the_rule_by_which_step_functions_hears_of_a_job_is_no_connection(draw: Draw) -> None:
    call = "{Type: Task, Resource: 'arn:aws:states:::events:putEvents', Parameters: {'Entries.$': $.events}, End: true}"
    rule = "arn:${AWS::Partition}:events:us-east-1:1:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule"
    statement = f"{{Effect: Allow, Action: ['events:PutRule', 'events:PutTargets'], Resource: [!Sub '{rule}']}}"
    policy = f"{{Version: '2012-10-17', Statement: [{statement}]}}"
    model = draw(f"""
Flow:
  Type: AWS::Serverless::StateMachine
  Properties: {{Definition: {{StartAt: Tell, States: {{Tell: {call}}}}}, Policies: [{policy}]}}""")
    assert ways(model) == {"Flow -> events:default: PutEvents"}


def test_a_pipe_leads_to_the_queue_of_what_it_gave_up(draw: Draw) -> None:
    model = draw("""
Clicks: {Type: AWS::Kinesis::Stream, Properties: {ShardCount: 1}}
Failed: {Type: AWS::SQS::Queue}
Bus: {Type: AWS::Events::EventBus, Properties: {Name: bus}}
Pipe:
  Type: AWS::Pipes::Pipe
  Properties:
    RoleArn: arn:aws:iam::1:role/pipe
    Source: !GetAtt Clicks.Arn
    SourceParameters:
      KinesisStreamParameters: {StartingPosition: LATEST, DeadLetterConfig: {Arn: !GetAtt Failed.Arn}}
    Target: !GetAtt Bus.Arn""")
    assert ways(model) == {"Clicks -> Pipe: polls", "Pipe -> Failed: on failure", "Pipe -> Bus: delivers"}


def test_what_an_execution_names_is_what_the_role_allows(draw: Draw) -> None:
    call = "{Type: Task, Resource: 'arn:aws:states:::sqs:sendMessage', Parameters: {'QueueUrl.$': $.url}, End: true}"
    statement = "{Effect: Allow, Action: ['sqs:SendMessage'], Resource: !GetAtt Jobs.Arn}"
    policy = f"{{Version: '2012-10-17', Statement: [{statement}]}}"
    model = draw(f"""
Jobs: {{Type: AWS::SQS::Queue}}
Flow:
  Type: AWS::Serverless::StateMachine
  Properties: {{Definition: {{StartAt: Send, States: {{Send: {call}}}}}, Policies: [{policy}]}}""")
    assert "Flow -> Jobs: SendMessage" in ways(model)


def test_a_parameter_that_names_a_resource_is_that_resource(draw: Draw) -> None:
    """Whether it has a value or not, and wherever it stands."""
    task = "{Type: Task, Resource: 'arn:aws:states:::dynamodb:putItem', Parameters: {TableName: !Ref Name}, End: true}"
    model = draw(
        f"""
Orders: {TABLE.replace("orders", "!Ref Name")}
Flow:
  Type: AWS::Serverless::StateMachine
  Properties: {{Definition: {{StartAt: Put, States: {{Put: {task}}}}}, Role: r}}""",
        "Parameters: {Name: {Type: String, Default: orders}}",
    )
    assert ways(model) == {"Flow -> Orders: PutItem"}


def test_a_function_named_by_a_placeholder_within_its_arn_is_called_once(draw: Draw) -> None:
    arn = "arn:aws:lambda:${Region}:${Account}:function:${Name}"
    invoke = "Resource: 'arn:aws:states:::lambda:invoke'"
    call = f"{{Type: Task, {invoke}, Parameters: {{FunctionName: '{arn}'}}, End: true}}"
    known = "{Region: !Ref AWS::Region, Account: !Ref AWS::AccountId, Name: !Ref Theirs}"
    model = draw(
        f"""
Flow:
  Type: AWS::Serverless::StateMachine
  Properties:
    Definition: {{StartAt: Call, States: {{Call: {call}}}}}
    DefinitionSubstitutions: {known}
    Role: r""",
        "Parameters: {Theirs: {Type: String}}",
    )
    assert ways(model) == {"Flow -> Theirs: task"}


def test_the_rights_of_a_queue_s_poller_are_no_calls_of_the_function(draw: Draw) -> None:
    polls = "Policies: [SQSPollerPolicy: {QueueName: !GetAtt Jobs.QueueName}]"
    events = "Events: {Jobs: {Type: SQS, Properties: {Queue: !GetAtt Jobs.Arn}}}"
    model = draw(f"""
Jobs: {{Type: AWS::SQS::Queue}}
{worker(f", {polls}, {events}")}""")
    assert ways(model) == {"Jobs -> Worker: batches"}


def test_mermaid_says_of_a_long_filter_that_there_is_one(tmp_path: Path) -> None:
    template = tmp_path / "template.yaml"
    pattern = '{"body": {"kind": ["a-very-long-word", "another-very-long-word"]}}'
    template.write_text(f"""
Transform: AWS::Serverless-2016-10-31
Resources:
  Jobs: {{Type: AWS::SQS::Queue}}
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      InlineCode: x
      Handler: i.h
      Runtime: python3.12
      Events:
        Jobs:
          Type: SQS
          Properties: {{Queue: !GetAtt Jobs.Arn, FilterCriteria: {{Filters: [{{Pattern: '{pattern}'}}]}}}}
""")
    assert '|"batches, filtered"|' in architecture.from_template(template).mermaid()
