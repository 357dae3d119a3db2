"""Values as AWS's schemas type them, whatever YAML or a parameter made of them."""

import pytest

from shoplib.localaws.cloudformation import schemas


@pytest.mark.parametrize(
    ("type_name", "written", "right"),
    [
        ("AWS::ApiGatewayV2::Integration", {"PayloadFormatVersion": 2.0}, {"PayloadFormatVersion": "2.0"}),
        ("AWS::SQS::Queue", {"DelaySeconds": "7", "FifoQueue": "true"}, {"DelaySeconds": 7, "FifoQueue": True}),
        ("AWS::SQS::Queue", {"RedrivePolicy": {"maxReceiveCount": "3"}}, {"RedrivePolicy": {"maxReceiveCount": 3}}),
        ("AWS::Lambda::Function", {"Timeout": "5", "Runtime": "python3.12"}, {"Timeout": 5, "Runtime": "python3.12"}),
        ("AWS::SQS::Queue", {"DelaySeconds": "soon"}, {"DelaySeconds": "soon"}),
        ("AWS::DynamoDB::Table", {"Tags": [{"Key": "a", "Value": 1}]}, {"Tags": [{"Key": "a", "Value": "1"}]}),
        ("Custom::Thing", {"Count": 1}, {"Count": 1}),
        ("AWS::Events::Rule", {"EventPattern": {"detail": {"n": [1.5]}}}, {"EventPattern": {"detail": {"n": [1.5]}}}),
    ],
)
def test_scalars_take_the_type_that_aws_gives_them(type_name, written, right):
    assert schemas.fit(type_name, written) == right


def test_properties_and_attributes_that_a_type_does_not_have_are_known():
    assert schemas.unknown_properties("AWS::SQS::Queue", {"QueueName": "a", "Colour": "red"}) == ["Colour"]
    assert schemas.unknown_properties("Custom::Thing", {"Colour": "red"}) == []
    assert not schemas.has_attribute("AWS::SQS::Queue", "Arm")
    assert schemas.has_attribute("AWS::CloudFormation::Stack", "Outputs.Name")


def test_what_is_set_at_creation_only_requires_replacement():
    assert schemas.requires_replacement("AWS::SQS::Queue", {"FifoQueue": True}, {"FifoQueue": False})
    assert not schemas.requires_replacement("AWS::SQS::Queue", {"DelaySeconds": 1}, {"DelaySeconds": 2})
