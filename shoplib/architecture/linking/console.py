"""Pages of AWS's console, by type; for types that are not here a deployed picture has no link."""

from urllib.parse import quote

from shoplib.architecture.identity import name_of

# Path and fragment under the console of one region. {id} is quoted, {name} is the name within an ARN or address.
PAGES = {
    "AWS::ApiGateway::RestApi": "apigateway/main/apis/{id}/resources?api={id}&region={region}",
    "AWS::ApiGatewayV2::Api": "apigateway/main/apis/{id}/routes?api={id}&region={region}",
    "AWS::Athena::WorkGroup": "athena/home?region={region}#/workgroups/details/{id}",
    "AWS::CloudWatch::Alarm": "cloudwatch/home?region={region}#alarmsV2:alarm/{id}",
    "AWS::DynamoDB::Table": "dynamodbv2/home?region={region}#table?name={id}",
    "AWS::Events::EventBus": "events/home?region={region}#/eventbus/{id}",
    "AWS::Events::Rule": "events/home?region={region}#/eventbus/{bus}/rules/{rule}",
    "AWS::Glue::Database": "glue/home?region={region}#/v2/data-catalog/databases/view/{id}",
    "AWS::Kinesis::Stream": "kinesis/home?region={region}#/streams/details/{id}/monitoring",
    "AWS::Lambda::Function": "lambda/home?region={region}#/functions/{name}",
    "AWS::S3::Bucket": "s3/buckets/{id}?region={region}",
    "AWS::SNS::Topic": "sns/v3/home?region={region}#/topic/{arn}",
    "AWS::SQS::Queue": "sqs/v3/home?region={region}#/queues/{id}",
    "AWS::StepFunctions::StateMachine": "states/home?region={region}#/statemachines/view/{arn}",
}
# Partitions with a console that everybody can reach, by how their regions begin.
DOMAINS = {"cn-": "console.amazonaws.cn", "us-gov-": "console.amazonaws-us-gov.com"}
CLOSED = ("us-iso", "eu-iso")


def page(resource_type: str, physical_id: str, region: str) -> str | None:
    """The page of one resource. None for a type that is not known here, or a region without a public console."""
    pattern = PAGES.get(resource_type)
    if not (pattern and physical_id) or region.startswith(CLOSED):
        return None
    bus, _, rule = physical_id.rpartition("|")
    parts = {"id": physical_id, "name": name_of(physical_id), "bus": bus or "default", "rule": rule}
    quoted = {key: quote(part, safe="") for key, part in parts.items()}
    where = pattern.format(region=region, arn=quote(physical_id, safe=":"), **quoted)
    domain = next((name for start, name in DOMAINS.items() if region.startswith(start)), "console.aws.amazon.com")
    return f"https://{region}.{domain}/{where}"
