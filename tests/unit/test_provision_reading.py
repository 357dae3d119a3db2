"""Templates as other people write them: repeated keys, includes, loops, no CodeUri; faults come before a deployment."""

import json
from pathlib import Path

import pytest

from shoplib.errors import LabError
from shoplib.provision import artifacts, extensions, lint, load, runtimes, unknown_names
from shoplib.provision.template import expand

SAM = "AWS::Serverless-2016-10-31"
FUNCTION = "{Handler: src/app.handler, Runtime: python3.12}"
OPENAPI = """
openapi: 3.0.1
info: {title: t, version: "1"}
paths:
  /thing:
    get:
      x-amazon-apigateway-integration:
        {type: aws_proxy, httpMethod: POST, uri: !Sub "${Read.Arn}", payloadFormatVersion: 2.0}
"""


@pytest.fixture(autouse=True)
def no_verdict_of_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def write(tmp_path: Path):
    def write(text: str, name: str = "template.yaml") -> Path:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path / name

    return write


def test_of_a_repeated_key_the_last_wins_with_a_warning(write):
    path = write("Resources:\n  A: {Type: AWS::SQS::Queue}\n  A: {Type: AWS::SNS::Topic}\n")
    template = load(path)
    assert template.resources["A"]["Type"] == "AWS::SNS::Topic"
    assert template.warnings == (f"{path}:3: A is repeated; the last value is used",)


def test_keys_are_text_whatever_they_look_like(write):
    properties = "{ServiceToken: arn, 200: a, default: b, No: c, 1.0: d}"
    template = load(write(f"Resources: {{A: {{Type: Custom::A, Properties: {properties}}}}}\n"))
    assert list(template.resources["A"]["Properties"]) == ["ServiceToken", "200", "default", "No", "1.0"]
    lint.check(template, "us-east-1")


def test_a_key_that_overrides_a_merged_one_is_not_repeated(write):
    text = (
        "Metadata: {Base: &base {a: 1}}\nResources:\n  A:\n    Type: AWS::SQS::Queue\n    Metadata: {<<: *base, a: 2}\n"
    )
    template = load(write(text))
    assert (template.resources["A"]["Metadata"], template.warnings) == ({"a": 2}, ())


def test_a_value_that_is_given_stands_in_the_place_of_a_default_that_must_not(write):
    """As samples have them, which want one: `Default: Enter a name`."""
    template = load(
        write("""
Parameters: {Group: {Type: String, Default: Enter a name}}
Resources: {Logs: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: !Sub "${Group}"}}}
""")
    )
    with pytest.raises(LabError, match="does not match"):
        lint.check(template, "us-east-1")
    lint.check(template, "us-east-1", {"Group": "/mine"})


@pytest.mark.parametrize("auth", ["", "      Auth: {DefaultAuthorizer: AWS_IAM}\n"])
def test_an_include_is_in_its_place_before_sam_reads_the_template(write, auth):
    write(OPENAPI, "api.yaml")
    text = f"""
Transform: {SAM}
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: live
{auth}      DefinitionBody: {{Fn::Transform: {{Name: AWS::Include, Parameters: {{Location: api.yaml}}}}}}
  Read: {{Type: AWS::Serverless::Function, Properties: {{InlineCode: x, Handler: index.h, Runtime: python3.12}}}}
"""
    template = load(write(text))
    body = expand(template, template.body, {}, "us-east-1")["Resources"]["Api"]["Properties"]["Body"]
    assert list(body["paths"]) == ["/thing"]
    assert ("security" in body["paths"]["/thing"]["get"]) == bool(auth)


def test_an_include_of_the_whole_template_joins_its_sections(write):
    write("Resources: {B: {Type: AWS::SNS::Topic}, A: {Type: AWS::SNS::Topic}}\n", "more.yaml")
    text = """
Transform: {Name: AWS::Include, Parameters: {Location: more.yaml}}
Resources:
  A: {Type: AWS::SQS::Queue}
"""
    template = load(write(text))
    assert {name: each["Type"] for name, each in template.resources.items()} == {
        "A": "AWS::SQS::Queue",
        "B": "AWS::SNS::Topic",
    }
    assert template.transforms == []


def test_an_include_by_a_parameter_and_beside_other_keys(write):
    write("{DelaySeconds: 3, MessageRetentionPeriod: 60}", "queue.json")
    text = """
Parameters: {File: {Type: String, Default: queue.json}}
Resources:
  A:
    Type: AWS::SQS::Queue
    Properties:
      DelaySeconds: 7
      Fn::Transform: {Name: AWS::Include, Parameters: {Location: !Ref File}}
"""
    assert load(write(text)).resources["A"]["Properties"] == {"DelaySeconds": 7, "MessageRetentionPeriod": 60}


@pytest.mark.parametrize(
    ("location", "message"), [("gone.yaml", "file not found: .*gone.yaml"), ("self.yaml", "more than 10 levels deep")]
)
def test_an_include_that_cannot_be_read_is_named(write, location, message):
    write("{Fn::Transform: {Name: AWS::Include, Parameters: {Location: self.yaml}}}", "self.yaml")
    include = f"{{Fn::Transform: {{Name: AWS::Include, Parameters: {{Location: {location}}}}}}}"
    with pytest.raises(LabError, match=message):
        load(write(f"Resources:\n  A: {{Type: AWS::SQS::Queue, Properties: {include}}}\n"))


def test_without_code_uri_the_code_lies_beside_the_template(write, tmp_path):
    (tmp_path / "src").mkdir()
    write("def handler(event, context): return 1\n", "src/app.py")
    template = load(
        write(f"Transform: {SAM}\nResources:\n  F: {{Type: AWS::Serverless::Function, Properties: {FUNCTION}}}\n")
    )
    _, made = artifacts.package(template, lambda artifact: artifact.key)
    assert [artifact.logical_id for artifact in made] == ["F"]


LOOPS = f"""
Transform: [AWS::LanguageExtensions, {SAM}]
Parameters: {{Names: {{Type: CommaDelimitedList, Default: "Red,Blue"}}}}
Mappings: {{Sizes: {{us-east-1: {{Red: 5}}}}}}
Resources:
  Fn::ForEach::Queues:
    - Name
    - !Ref Names
    - ${{Name}}Queue:
        Type: AWS::SQS::Queue
        Properties:
          DelaySeconds: !FindInMap [Sizes, !Ref AWS::Region, !Ref Name, {{DefaultValue: 9}}]
  Names:
    Type: AWS::SSM::Parameter
    Properties: {{Type: String, Value: {{Fn::ToJsonString: {{count: {{Fn::Length: !Ref Names}}}}}}}}
  F: {{Type: AWS::Serverless::Function, Properties: {{InlineCode: x, Handler: index.h, Runtime: python3.12}}}}
"""


def test_loops_are_unrolled_for_the_values_of_this_deployment(write):
    template = load(write(LOOPS))
    default = extensions.unroll(template, {"Names": "Red,Blue"}, "us-east-1")
    assert default.resources["RedQueue"]["Properties"]["DelaySeconds"] == 5
    assert "BlueQueue" in default.resources
    given = extensions.unroll(template, {"Names": "Green"}, "us-east-1")
    assert "GreenQueue" in given.resources and "RedQueue" not in given.resources


def test_what_needs_values_stays_for_cloudformation_beside_sam(write):
    template = extensions.unroll(load(write(LOOPS)), {"Names": "Red,Blue"}, "us-east-1")
    expanded = expand(template, template.body, {}, "us-east-1")
    assert expanded["Transform"] == "AWS::LanguageExtensions"
    assert expanded["Resources"]["F"]["Type"] == "AWS::Lambda::Function"
    assert "Fn::ToJsonString" in json.dumps(expanded)


def test_another_transform_is_refused_by_name(write):
    template = load(write("Transform: Acme::Macro\nResources: {A: {Type: AWS::SQS::Queue}}\n"))
    with pytest.raises(LabError, match="uses the transform Acme::Macro"):
        expand(template, template.body, {}, "us-east-1")


FAULTS = """
Resources:
  Letters: {Type: AWS::SQS::Queue}
  Other: {Type: AWS::SQS::Queu}
  Work:
    Type: AWS::Lambda::Function
    Properties:
      Code: {ZipFile: x}
      Role: !GetAtt Role.Arn
      Handler: index.h
      Runtime: python3.12
      MemorySize: 64
      Environment:
        Variables:
          URL: !Ref Leters
          ARN: !GetAtt Letters.Arm
  Role: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {}, Nmae: x}}
Outputs:
  Name: {Value: !GetAtt Work.Arnn}
"""


def test_faults_are_found_before_anything_is_made_with_their_lines(write):
    path = write(FAULTS)
    with pytest.raises(LabError) as caught:
        lint.check(load(path), "us-east-1")
    for line, text in (
        (4, "Resource type 'AWS::SQS::Queu' does not exist in 'us-east-1'"),
        (12, "64 is less than the minimum of 128"),
        (15, "Ref to Leters, which is neither a resource nor a parameter; did you mean Letters?"),
        (16, "'Arm' is not one of"),
        (17, "Additional properties are not allowed ('Nmae' was unexpected)"),
    ):
        assert f"{path}:{line}: {text}" in caught.value.what
    assert "... and 1 more" in caught.value.what
    assert caught.value.next.startswith("fix line 4; ")


def test_a_template_that_passed_is_not_checked_again(write, monkeypatch):
    template = load(write("Resources: {A: {Type: AWS::SQS::Queue}}\n"))
    lint.check(template, "us-east-1")
    monkeypatch.setattr(lint, "_faults", lambda *_: pytest.fail("it was checked again"))
    lint.check(template, "us-east-1")


WITHIN_SAM = """
Transform: AWS::Serverless-2016-10-31
Globals:
  Function: {Handler: app.handler, Runtime: python3.12, Environment: {Variables: {A: !Ref Lettters}}}
Resources:
  Letters: {Type: AWS::SQS::Queue}
  Read:
    Type: AWS::Serverless::Function
    Properties:
      InlineCode: x
      Policies:
        - SQSPollerPolicy: {QueueName: !GetAtt Leters.QueueName}
        - SQSPollerPolicy: {QueueName: !Sub "${Nothing.QueueName}"}
        - SQSPollerPolicy: {QueueName: !Sub ["${Own_Name}-${AWS::Region}-${!Literal}", {Own_Name: !Ref Letters}]}
      Events: {Get: {Type: Api, Properties: {Path: /, Method: get}}}
Outputs:
  Url: {Value: !Sub "${ServerlessRestApi}-${ServerlessRestApiProdStage}-${ReadRole.Arn}"}
"""


def test_unknown_names_within_sams_own_resources_have_their_lines(write):
    path = write(WITHIN_SAM)
    template = load(path)
    with pytest.raises(LabError) as caught:
        unknown_names.check(template, expand(template, template.body, {}, "us-east-1"))
    unknown = "is neither a resource nor a parameter"
    assert caught.value.what.splitlines() == [
        f"{path}:4: Lettters {unknown}; did you mean Letters?",
        f"{path}:12: Leters {unknown}; did you mean Letters?",
        f"{path}:13: Nothing {unknown}",
    ]
    assert caught.value.next == "fix line 4"


SHARED = """
Transform: AWS::Serverless-2016-10-31
Parameters: {Plan: {Type: String, Default: SHARED}}
Resources:
  Pool: {Type: AWS::Cognito::UserPool}
  Other: {Type: AWS::Cognito::UserPool}
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: live
      Auth:
        ApiKeyRequired: true
        UsagePlan: {CreateUsagePlan: !Ref Plan}
        Authorizers:
          Members: {UserPoolArn: [!GetAtt Pool.Arn, !GetAtt Other.Arn], Identity: {Header: Member}}
  Get:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      Runtime: python3.12
      InlineCode: x
      Events: {Get: {Type: Api, Properties: {Path: /, Method: get, RestApiId: !Ref Api}}}
  Kept:
    Type: AWS::SSM::Parameter
    DependsOn: ServerlessUsagePlan
    Properties: {Type: String, Value: !Sub "${ServerlessApiKey} ${ServerlessApiKey.APIKeyId}"}
Outputs:
  Key: {Value: !GetAtt ServerlessApiKey.APIKeyId}
  Plan: {Value: !Ref ServerlessUsagePlan}
"""


def test_what_sam_names_and_takes_is_no_fault(write):
    lint.check(load(write(SHARED)), "us-east-1")


def test_what_sam_does_not_name_as_it_is_given_is_one(write):
    with pytest.raises(LabError) as caught:
        lint.check(load(write(SHARED)), "us-east-1", {"Plan": "NONE"})
    assert "reference to ServerlessUsagePlan, which is neither a resource nor a parameter" in caught.value.what


def test_an_unknown_name_in_an_output_is_named_with_the_nearest(write):
    path = write("Resources: {Letters: {Type: AWS::SQS::Queue}}\nOutputs:\n  A: {Value: !Ref Leters}\n")
    with pytest.raises(LabError, match="template.yaml:3: reference to Leters, .* did you mean Letters"):
        lint.check(load(path), "us-east-1")


def test_an_attribute_of_a_resource_among_its_properties_is_told_its_place(write):
    path = write("Resources:\n  Letters:\n    Type: AWS::SQS::Queue\n    Properties: {DeletionPolicy: Retain}\n")
    with pytest.raises(LabError, match="template.yaml:4: .*DeletionPolicy.*beside Type, not within Properties"):
        lint.check(load(path), "us-east-1")


RETIRED = """
Transform: AWS::Serverless-2016-10-31
Parameters: {Chosen: {Type: String, Default: python2.7}}
Globals: {Function: {Handler: index.handler}}
Resources:
  Old: {Type: AWS::Serverless::Function, Properties: {InlineCode: x, Runtime: python3.6}}
  Older:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: !Ref Chosen
  Young: {Type: AWS::Serverless::Function, Properties: {InlineCode: x, Runtime: python3.12}}
"""


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (RETIRED, {6: "python3.6", 10: "python2.7"}),
        (RETIRED.replace("{Function: {", "{Function: {Runtime: nodejs10.x, ").replace(", Runtime: python3.6}", "}"),
         {4: "nodejs10.x", 10: "python2.7"}),
    ],
)  # fmt: skip
def test_runtimes_that_aws_has_retired_have_their_lines(write, text, lines):
    path = write(text)
    template = load(path)
    with pytest.raises(LabError) as caught:
        runtimes.check(template, expand(template, template.body, {}, "us-east-1"), {"Chosen": "python2.7"})
    said = caught.value.what.splitlines()
    assert len(said) == len(lines)
    for text_of, (line, runtime) in zip(said, sorted(lines.items()), strict=True):
        assert text_of.startswith(f"{path}:{line}: ") and f"{runtime} is no longer supported for creating" in text_of
