"""Templates of other shapes than the shop's, from 3 to 40 resources, written as anybody would write them."""

from typing import Any

Template = dict[str, Any]


def sam(resources: dict[str, Any], **parts: Any) -> Template:
    head = {"AWSTemplateFormatVersion": "2010-09-09", "Transform": "AWS::Serverless-2016-10-31"}
    return {**head, **parts, "Resources": resources}


def function(**properties: Any) -> dict[str, Any]:
    base = {"Handler": "app.handler", "Runtime": "python3.12", "CodeUri": "src/"}
    return {"Type": "AWS::Serverless::Function", "Properties": {**base, **properties}}


def of(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Type": f"AWS::{kind}", "Properties": properties}


def table(*keys: str, **properties: Any) -> dict[str, Any]:
    return of(
        "DynamoDB::Table",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
        KeySchema=[{"AttributeName": key, "KeyType": kind} for key, kind in zip(keys, ("HASH", "RANGE"), strict=False)],
        **properties,
    )


def ref(name: str) -> dict[str, str]:
    return {"Ref": name}


def arn(name: str, attribute: str = "Arn") -> dict[str, list[str]]:
    return {"Fn::GetAtt": [name, attribute]}


def route(method: str, path: str) -> dict[str, Any]:
    return {"Type": "HttpApi", "Properties": {"Method": method, "Path": path}}


def allow(actions: list[str] | str, resource: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": resource}]}


def hello() -> Template:
    """Three nodes: clients, an implicit API, a function."""
    return sam({"HelloFunction": function(Events={"Get": route("GET", "/hello")})})


def fan_out() -> Template:
    """SNS to six SQS queues, each with a consumer and a dead-letter queue."""
    resources: dict[str, Any] = {
        "OrdersTopic": of("SNS::Topic"),
        "PublishFunction": function(
            Policies=[{"SNSPublishMessagePolicy": {"TopicName": arn("OrdersTopic", "TopicName")}}],
            Events={"Post": route("POST", "/orders")},
        ),
    }
    for name in ("Billing", "Shipping", "Mail", "Audit", "Search", "Fraud"):
        queue, dead = f"{name}Queue", f"{name}DeadLetterQueue"
        resources[dead] = of("SQS::Queue")
        redrive = {"deadLetterTargetArn": arn(dead), "maxReceiveCount": 5}
        resources[queue] = of("SQS::Queue", RedrivePolicy=redrive)
        endpoint = {"TopicArn": ref("OrdersTopic"), "Protocol": "sqs", "Endpoint": arn(queue)}
        resources[f"{name}Subscription"] = of("SNS::Subscription", **endpoint)
        source = {"Type": "SQS", "Properties": {"Queue": arn(queue), "BatchSize": 10}}
        resources[f"{name}Function"] = function(Events={"Queue": source})
    return sam(resources)


def thumbnails() -> Template:
    """An S3 notification: upload, resize, write to another bucket."""
    event = {"Type": "S3", "Properties": {"Bucket": ref("UploadBucket"), "Events": "s3:ObjectCreated:*"}}
    resize = function(
        Environment={"Variables": {"TARGET": ref("ThumbnailBucket")}},
        Policies=[
            {"S3ReadPolicy": {"BucketName": "uploads-of-somebody"}},
            allow("s3:PutObject", {"Fn::Sub": "${ThumbnailBucket.Arn}/*"}),
        ],
        Events={"Upload": event},
    )
    return sam({"UploadBucket": of("S3::Bucket"), "ThumbnailBucket": of("S3::Bucket"), "ResizeFunction": resize})


def workflow() -> Template:
    """A state machine with five tasks, a table and a topic, started by a rule on a bus."""
    steps = ["Reserve", "Charge", "Ship", "Refund", "Release"]
    nexts = [*({"Next": step} for step in steps[1:]), {"End": True}]
    machine = {
        "Type": "AWS::Serverless::StateMachine",
        "Properties": {
            "DefinitionSubstitutions": {f"{step}Arn": arn(f"{step}Function") for step in steps},
            "Definition": {
                "StartAt": "Reserve",
                "States": {
                    step: {"Type": "Task", "Resource": f"${{{step}Arn}}", **after}
                    for step, after in zip(steps, nexts, strict=True)
                },
            },
            "Policies": [{"LambdaInvokePolicy": {"FunctionName": ref(f"{step}Function")}} for step in steps],
            "Events": {
                "Placed": {
                    "Type": "EventBridgeRule",
                    "Properties": {"EventBusName": ref("ShopBus"), "Pattern": {"detail-type": ["OrderPlaced"]}},
                }
            },
        },
    }
    resources: dict[str, Any] = {
        "ShopBus": of("Events::EventBus", Name="shop"),
        "OrderMachine": machine,
        "Stock": table("sku"),
    }
    for step in steps:
        policies = [{"DynamoDBCrudPolicy": {"TableName": ref("Stock")}}] if step in ("Reserve", "Release") else []
        resources[f"{step}Function"] = function(Policies=policies)
    return sam(resources)


def schedules() -> Template:
    """Cron jobs that write reports; one has a role from elsewhere."""
    resources: dict[str, Any] = {"ReportsBucket": of("S3::Bucket"), "ReportTable": table("day", "name")}
    for name, rate in (("Hourly", "rate(1 hour)"), ("Daily", "cron(0 6 * * ? *)"), ("Weekly", "rate(7 days)")):
        resources[f"{name}ReportFunction"] = function(
            Environment={"Variables": {"BUCKET": ref("ReportsBucket"), "TABLE": ref("ReportTable")}},
            Events={"Timer": {"Type": "Schedule", "Properties": {"Schedule": rate}}},
            **({"Role": "arn:aws:iam::123456789012:role/given"} if name == "Weekly" else {}),
            **({"Policies": [allow("s3:PutObject", {"Fn::Sub": "${ReportsBucket.Arn}/*"})]} if name == "Daily" else {}),
        )
    return sam(resources)


def fifteen_routes() -> Template:
    """One API, 15 functions, 4 tables."""
    resources: dict[str, Any] = {f"{name}Table": table("pk") for name in ("User", "Product", "Order", "Review")}
    names = ["User", "Product", "Order", "Review"]
    for index in range(15):
        target = f"{names[index % 4]}Table"
        resources[f"Route{index:02}Function"] = function(
            Events={"Call": route("GET", f"/things/{index}")},
            Policies=[allow(["dynamodb:GetItem", "dynamodb:Query"][: 1 + index % 2], arn(target))],
        )
    return sam(resources)


def table_streams() -> Template:
    """A table whose stream feeds two functions: a read model and a search index of an unknown type."""
    stream = {
        "Type": "DynamoDB",
        "Properties": {"Stream": arn("Orders", "StreamArn"), "StartingPosition": "LATEST", "BatchSize": 100},
    }
    return sam(
        {
            "Orders": table("id", StreamSpecification={"StreamViewType": "NEW_IMAGE"}),
            "OrdersByDay": table("day", "id"),
            "ProjectFunction": function(
                Policies=[allow("dynamodb:PutItem", arn("OrdersByDay"))], Events={"Rows": stream}
            ),
            "IndexFunction": function(
                Policies=[allow(["es:ESHttpPut", "es:ESHttpPost"], {"Fn::Sub": "${SearchCollection.Arn}/*"})],
                Events={"Rows": stream},
            ),
            "SearchCollection": of("OpenSearchServerless::Collection", Name="orders"),
            "ReadFunction": function(
                Policies=[allow("dynamodb:Query", arn("OrdersByDay"))], Events={"Get": route("GET", "/days")}
            ),
        }
    )


def circle() -> Template:
    """Functions and queues in a circle, and a function that sends to its own queue."""
    resources: dict[str, Any] = {}
    names = ["Plan", "Pick", "Pack", "Send"]
    for index, name in enumerate(names):
        resources[f"{name}Queue"] = of("SQS::Queue")
        target = f"{names[(index + 1) % 4]}Queue"
        policies = [allow("sqs:SendMessage", [arn(target)] + ([arn("PickQueue")] if name == "Pick" else []))]
        source = {"Type": "SQS", "Properties": {"Queue": arn(f"{name}Queue"), "BatchSize": 1}}
        resources[f"{name}Function"] = function(Policies=policies, Events={"Work": source})
    return sam(resources)


def plain_cloudformation() -> Template:
    """No SAM: a role of its own, an alias, an HTTP API from single resources, a function URL, an unknown type."""
    trust = {
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]
    }
    uri = {"Fn::Sub": "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Live}/invocations"}
    return {
        "Resources": {
            "Role": of("IAM::Role", AssumeRolePolicyDocument=trust),
            "Policy": of(
                "IAM::Policy", PolicyName="p", Roles=[ref("Role")], PolicyDocument=allow("dynamodb:*", arn("Notes"))
            ),
            "Notes": table("id"),
            "Handler": of(
                "Lambda::Function", Code={"ZipFile": "x"}, Role=arn("Role"), Runtime="python3.12", Handler="index.h"
            ),
            "Version": of("Lambda::Version", FunctionName=ref("Handler")),
            "Live": of(
                "Lambda::Alias", Name="live", FunctionName=ref("Handler"), FunctionVersion=arn("Version", "Version")
            ),
            "Link": of("Lambda::Url", TargetFunctionArn=ref("Live"), AuthType="AWS_IAM"),
            "Api": of("ApiGatewayV2::Api", Name="notes", ProtocolType="HTTP"),
            "Integration": of(
                "ApiGatewayV2::Integration", ApiId=ref("Api"), IntegrationType="AWS_PROXY", IntegrationUri=uri
            ),
            "Route": of(
                "ApiGatewayV2::Route",
                ApiId=ref("Api"),
                RouteKey="PUT /notes/{id}",
                Target={"Fn::Sub": "integrations/${Integration}"},
            ),
            "Job": of(
                "Batch::JobQueue",
                ComputeEnvironmentOrder=[{"ComputeEnvironment": ref("Workers"), "Order": 1}],
                Priority=1,
            ),
            "Workers": of("Batch::ComputeEnvironment", Type="MANAGED"),
            "Handlers": of("Logs::LogGroup", LogGroupName={"Fn::Sub": "/aws/lambda/${Handler}"}, RetentionInDays=7),
        }
    }


def forty() -> Template:
    """Forty nodes: ten services, each API -> function -> table, all of them writing to one bus."""
    resources: dict[str, Any] = {"EventBus": of("Events::EventBus", Name="all"), "Archive": of("S3::Bucket")}
    for index in range(12):
        name = f"Service{index}"
        resources[f"{name}Table"] = table("id")
        resources[f"{name}Api"] = {"Type": "AWS::Serverless::HttpApi"}
        event = {"Type": "HttpApi", "Properties": {"ApiId": ref(f"{name}Api"), "Path": "/", "Method": "POST"}}
        policies = [allow("dynamodb:PutItem", arn(f"{name}Table")), allow("events:PutEvents", arn("EventBus"))]
        resources[f"{name}Function"] = function(Policies=policies, Events={"Call": event})
    resources["ArchiveFunction"] = function(Policies=[allow("s3:PutObject", {"Fn::Sub": "${Archive.Arn}/*"})])
    resources["ArchiveRule"] = of(
        "Events::Rule",
        EventBusName=ref("EventBus"),
        EventPattern={"source": ["shop"]},
        Targets=[{"Id": "a", "Arn": arn("ArchiveFunction")}],
    )
    return sam(resources)


SHAPES = {
    make.__name__: make
    for make in (
        hello,
        fan_out,
        thumbnails,
        workflow,
        schedules,
        fifteen_routes,
        table_streams,
        circle,
        plain_cloudformation,
        forty,
    )
}
