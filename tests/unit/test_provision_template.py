"""Templates: what is wrong is said with file and line, SAM is expanded without a network, fragments are as written."""

import json
import socket
from pathlib import Path

import pytest

from shoplib.errors import LabError
from shoplib.provision import artifacts, lint, load, parameters
from shoplib.provision.patterns import default_stack_name, in_order, pattern_names, template_path
from shoplib.provision.template import expand

FUNCTION = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  Size: {Type: Number, Default: 128}
  Secret: {Type: String, NoEcho: true, Default: hidden}
  Flag: {Type: String, Default: true}
Globals:
  Function: {Runtime: python3.12, CodeUri: src, Handler: app.handler}
Resources:
  # Says hello.
  # And nothing else.
  Hello:
    Type: AWS::Serverless::Function
    Properties:
      MemorySize: !Ref Size  # in MB
      Policies: [AWSXRayDaemonWriteAccess]

  Topic:
    Type: AWS::SNS::Topic

Outputs:
  Name: {Value: !Ref Hello}
"""


@pytest.fixture
def write(tmp_path: Path):
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "app.py").write_text("def handler(event, context): return 1\n", encoding="utf-8")

    def write(text: str, name: str = "template.yaml") -> Path:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path / name

    return write


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Resources:\n  A:\n    Type: [\n", r"template\.yaml:4: "),
        ("Resources:\n\tA: 1\n", r"template\.yaml:2: "),
        ("Resources: {}\n", "has no Resources"),
        ("Outputs: {}\n", "has no Resources"),
        ("just text\n", r"template\.yaml"),
        ("", r"template\.yaml"),
        ("Resources:\n  A: {Properties: {}}\n", "resource A has no Type"),
        ("Resources:\n  A: nothing\n", "resource A has no Type"),
    ],
)
def test_a_broken_template_is_named_with_its_line(write, text, message):
    with pytest.raises(LabError, match=message) as caught:
        load(write(text))
    assert caught.value.next


def test_a_broken_json_template_is_named_with_its_line(write):
    with pytest.raises(LabError, match=r"template\.json:2: "):
        load(write('{"Resources":\n {"A": ]}', "template.json"))


def test_a_missing_template_is_said(tmp_path):
    with pytest.raises(LabError, match="template not found"):
        load(tmp_path / "nothing.yaml")


def test_a_folder_stands_for_the_template_in_it(tmp_path, write):
    with pytest.raises(LabError, match="has no template.yaml"):
        template_path(str(tmp_path))
    written = write(FUNCTION)
    assert template_path(str(tmp_path)) == written
    assert default_stack_name(str(tmp_path)) == default_stack_name(str(tmp_path / "template.yaml"))


def test_a_picture_is_no_template(tmp_path):
    with pytest.raises(LabError, match="cannot be read"):
        load(tmp_path)
    (tmp_path / "picture.yaml").write_bytes(b"\x89PNG\xff\xfe\x00")
    with pytest.raises(LabError, match="cannot be read"):
        load(tmp_path / "picture.yaml")


def test_a_json_template_is_read(write):
    body = {"Resources": {"A": {"Type": "AWS::SQS::Queue"}}}
    assert load(write(json.dumps(body), "template.json")).resources == body["Resources"]


def test_a_fragment_is_the_text_as_written(write):
    assert load(write(FUNCTION)).fragment("Hello") == "\n".join(
        [
            "# Says hello.",
            "# And nothing else.",
            "Hello:",
            "  Type: AWS::Serverless::Function",
            "  Properties:",
            "    MemorySize: !Ref Size  # in MB",
            "    Policies: [AWSXRayDaemonWriteAccess]",
        ]
    )
    assert load(write(FUNCTION)).fragment("Topic") == "Topic:\n  Type: AWS::SNS::Topic"


def test_a_key_knows_its_line(write):
    template = load(write(FUNCTION))
    lines = template.path.read_text(encoding="utf-8").splitlines()
    for keys in (["Resources", "Topic"], ["Parameters", "Flag"], ["Resources", "Hello", "Properties", "MemorySize"]):
        assert lines[template.line(*keys) - 1].lstrip().startswith(f"{keys[-1]}:")


def test_a_fragment_of_a_resource_that_is_not_there_names_those_that_are(write):
    with pytest.raises(LabError, match="no resource Hullo") as caught:
        load(write(FUNCTION)).fragment("Hullo")
    assert "Hello, Topic" in caught.value.next


@pytest.mark.parametrize("pattern", pattern_names())
def test_fragments_of_the_patterns_hold_their_resource_and_no_other(pattern):
    template = load(template_path(pattern))
    for name in template.resources:
        lines = template.fragment(name).splitlines()
        assert [line for line in lines if line and line[0] not in " #"] == [f"{name}:"]


def test_sam_is_expanded_without_a_network(write, monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: pytest.fail("nothing is looked up"))
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    template = load(write(FUNCTION))
    body, made = artifacts.package(template, artifacts_in("code"))
    resources = expand(template, body, parameters.values(template, {}), "eu-west-1")["Resources"]

    assert resources["Hello"]["Properties"]["Code"] == {"S3Bucket": "code", "S3Key": made[0].key}
    assert resources["Hello"]["Properties"]["Runtime"] == "python3.12"
    policies = resources["HelloRole"]["Properties"]["ManagedPolicyArns"]
    assert "arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess" in policies


def artifacts_in(bucket: str):
    return lambda artifact: {"Bucket": bucket, "Key": artifact.key}


def test_a_wrong_sam_template_is_said(write):
    text = FUNCTION.replace("Policies: [AWSXRayDaemonWriteAccess]", "Events: {Api: {Type: Nonsense}}")
    template = load(write(text))
    body, _ = artifacts.package(template, artifacts_in("code"))
    with pytest.raises(LabError, match=r"is not a valid SAM template: .*Hello"):
        expand(template, body, parameters.values(template, {}), "us-east-1")


@pytest.mark.parametrize(
    ("wrong", "meant", "line"),
    [
        (
            "Policies: [{DynamoDbCrudPolicy: {TableName: t}}]",
            "DynamoDbCrudPolicy is unknown, did you mean DynamoDBCrud",
            12,
        ),
        ("Events: {Work: {Type: Sqs, Properties: {Queue: q}}}", "Sqs is unknown, did you mean SQS?", 16),
    ],
)
def test_a_name_that_sam_does_not_know_has_its_line_and_the_nearest(write, wrong, meant, line):
    template = load(write(FUNCTION.replace("Policies: [AWSXRayDaemonWriteAccess]", wrong)))
    body, _ = artifacts.package(template, artifacts_in("code"))
    with pytest.raises(LabError) as caught:
        expand(template, body, parameters.values(template, {}), "us-east-1")
    assert (meant in caught.value.what, caught.value.next) == (True, f"fix line {line}")


@pytest.mark.parametrize(
    ("event", "meant"),
    [
        ("Type: HttpApi, Properties: {Pth: /, Method: get}", "Pth is unknown, did you mean Path?"),
        ("Type: SQS, Properties: {Queue: q, BatchSise: 1}", "BatchSise is unknown, did you mean BatchSize?"),
        ("Type: SQS, Properties: {BatchSize: 1}", "Missing required property 'Queue'"),
    ],
)
def test_what_is_wrong_with_an_event_has_its_line(write, event, meant):
    text = FUNCTION.replace("Policies: [AWSXRayDaemonWriteAccess]", f"Events: {{Work: {{{event}}}}}")
    template = load(write(text))
    lint.check(template, "us-east-1")  # it cannot tell which kind of event was meant, and would name all
    body, _ = artifacts.package(template, artifacts_in("code"))
    with pytest.raises(LabError) as caught:
        expand(template, body, parameters.values(template, {}), "us-east-1")
    line = next(number for number, each in enumerate(text.splitlines(), 1) if "Events:" in each)
    assert (meant in caught.value.what, caught.value.next) == (True, f"fix line {line}")


def test_other_transforms_are_refused_by_name(write):
    text = FUNCTION.replace(
        "Transform: AWS::Serverless-2016-10-31", "Transform: [AWS::CodeDeployBlueGreen, AWS::Serverless-2016-10-31]"
    )
    template = load(write(text))
    with pytest.raises(LabError, match="AWS::CodeDeployBlueGreen, which only AWS itself can run"):
        expand(template, template.body, parameters.values(template, {}), "us-east-1")


def test_documents_are_packaged_too(write, tmp_path):
    (tmp_path / "api.yaml").write_text("openapi: 3.0.1\n", encoding="utf-8")
    text = "Resources:\n  Api: {Type: AWS::Serverless::Api, Properties: {StageName: x, DefinitionUri: api.yaml}}\n"
    body, made = artifacts.package(load(write(text)), artifacts_in("code"))
    assert made[0].content == b"openapi: 3.0.1\n"
    assert body["Resources"]["Api"]["Properties"]["DefinitionUri"] == {"Bucket": "code", "Key": made[0].key}


def test_what_lies_elsewhere_is_left_alone(write):
    text = """
Resources:
  A: {Type: AWS::Lambda::Function, Properties: {Code: {ZipFile: "x"}}}
  B: {Type: AWS::Serverless::Function, Properties: {CodeUri: "s3://bucket/key"}}
  C: {Type: AWS::Serverless::Function, Properties: {InlineCode: "x"}}
  D: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: "https://bucket.s3.amazonaws.com/t"}}
"""
    template = load(write(text))
    body, made = artifacts.package(template, lambda _: pytest.fail("nothing is local"))
    assert (body["Resources"], made) == (template.resources, [])


def test_a_nested_local_template_is_packaged_with_the_code_that_it_needs(write):
    write(FUNCTION, "part.yaml")
    text = "Resources:\n  Part: {Type: AWS::Serverless::Application, Properties: {Location: part.yaml}}\n"
    body, made = artifacts.package(load(write(text)), artifacts_in("code"))
    assert [artifact.logical_id for artifact in made] == ["Part.Hello", "Part"]
    inner = json.loads(made[1].content)["Resources"]["Hello"]["Properties"]
    assert inner["CodeUri"] == {"Bucket": "code", "Key": made[0].key}
    assert body["Resources"]["Part"]["Properties"]["Location"] == {"Bucket": "code", "Key": made[1].key}


def test_a_template_that_nests_itself_is_refused(write):
    text = "Resources:\n  Part: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: template.yaml}}\n"
    with pytest.raises(LabError, match="nests templates more than 10 levels deep"):
        artifacts.package(load(write(text)), artifacts_in("code"))


def test_parameters_take_defaults_as_cloudformation_reads_them(write):
    template = load(write(FUNCTION))
    assert parameters.values(template, {"Size": "256"}) == {"Size": "256", "Secret": "hidden", "Flag": "true"}


def test_a_parameter_without_value_is_asked_for(write):
    template = load(write(FUNCTION.replace("Default: 128", "MinValue: 1")))
    with pytest.raises(LabError, match="needs a value for Size") as caught:
        parameters.values(template, {})
    assert caught.value.next == "pass --parameters Size=..."


def test_an_unknown_parameter_names_those_that_exist(write):
    with pytest.raises(LabError, match="has no parameter Seize") as caught:
        parameters.values(load(write(FUNCTION)), {"Seize": "1"})
    assert "Size, Secret, Flag" in caught.value.next


def test_secrets_are_not_shown(write):
    template = load(write(FUNCTION))
    shown = parameters.mask(template.parameters, parameters.values(template, {}))
    assert shown == {"Size": "128", "Secret": "****", "Flag": "true"}


def test_a_package_for_sam_deploy_is_written(write, tmp_path):
    import yaml

    out = artifacts.write(load(write(FUNCTION)), tmp_path / "out" / "deep")
    body = yaml.safe_load(out.read_text(encoding="utf-8"))
    assert body["Resources"]["Hello"]["Properties"]["CodeUri"] == "Hello.zip"
    assert (out.parent / "Hello.zip").stat().st_size
    assert body["Resources"]["Hello"]["Properties"]["MemorySize"] == {"Ref": "Size"}
    assert "CodeUri" not in body["Globals"]["Function"]


def test_a_package_into_a_file_is_refused(write, tmp_path):
    (tmp_path / "out").write_text("", encoding="utf-8")
    with pytest.raises(LabError, match="cannot be written"):
        artifacts.write(load(write(FUNCTION)), tmp_path / "out")


def test_an_unknown_pattern_names_close_and_known_ones():
    with pytest.raises(LabError, match="pattern not found: fulfillment") as caught:
        template_path("fulfillment")
    assert caught.value.next.startswith(f"did you mean fulfilment? patterns: {', '.join(pattern_names())};")


def test_patterns_come_in_the_order_that_wires_them():
    assert in_order(["x.yaml", "fulfilment", "clickstream", "x.yaml"]) == ["clickstream", "fulfilment", "x.yaml"]


@pytest.mark.parametrize(
    ("name", "stack"),
    [("rest", "shop-rest"), ("some/my_app/template.yaml", "my-app"), ("some/queue.yaml", "queue")],
)
def test_stacks_are_named_after_their_templates(name, stack):
    assert default_stack_name(name) == stack
