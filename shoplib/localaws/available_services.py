"""Which services of AWS answer here. Whatever else moto pretends to have is refused by name.

A service is here when what it does can be seen afterwards: messages arrive, rows are there, roles exist. Where only a
shell of it would answer (a translation that is no translation, a cluster in which nothing runs), it is not.
"""

# By the name under which requests are signed.
SIGNED_AS = frozenset(
    {
        *("acm", "apigateway", "application-autoscaling", "athena", "cloudcontrolapi", "cloudformation", "cloudtrail"),
        *("cognito-identity", "cognito-idp", "dynamodb", "ec2", "ecr", "events", "execute-api", "firehose", "glue"),
        *(
            "iam",
            "kinesis",
            "kms",
            "lambda",
            "logs",
            "monitoring",
            "pipes",
            "resource-groups",
            "route53",
            "s3",
            "scheduler",
        ),
        *("schemas", "secretsmanager", "ses", "shoplib", "sns", "sqs", "ssm", "states", "sts", "tagging", "xray"),
    }
)
# The same services as policies, principals and SDKs call them, and what the policies of many samples name in passing.
ALSO_CALLED = frozenset(
    {
        *("cloudwatch", "cloudwatchlogs", "cognito-sync", "cognitoidentityprovider", "cognitoidentity", "delivery"),
        *("apigatewayv2", "dynamodbstreams", "ec2messages", "edgelambda", "eventbridge", "http", "mobileanalytics"),
        *("email", "ops", "resourcegroupstaggingapi", "sesv2", "sfn", "ssmmessages", "stepfunctions", "tag"),
    }
)
# Definitions are kept, and nothing would run: these calls are not there.
ABSENT_OPERATIONS = {
    "glue": ("StartCrawler", "StartJobRun", "StartTrigger", "StartWorkflowRun"),
}


def is_absent_call(service: str, target: str) -> bool:
    """A signed call by its service and X-Amz-Target."""
    return not is_available(service) or target.rpartition(".")[2] in ABSENT_OPERATIONS.get(service, ())


def is_available(service: str) -> bool:
    """`service` as a signature, a policy's action or principal, or an SDK call names it."""
    name = service.lower()
    return name in SIGNED_AS or name in ALSO_CALLED
