"""Which calls are data events in CloudTrail, which others are read-only, and their event names."""

# Data events are not in the event history, as on AWS.
DATA = {
    "dynamodb": frozenset(
        {
            *("BatchExecuteStatement", "BatchGetItem", "BatchWriteItem", "DeleteItem", "ExecuteStatement"),
            *("ExecuteTransaction", "GetItem", "PutItem", "Query", "Scan", "TransactGetItems", "TransactWriteItems"),
            *("UpdateItem", "GetRecords", "GetShardIterator"),
        }
    ),
    "sqs": frozenset(
        {
            *("SendMessage", "SendMessageBatch", "ReceiveMessage", "DeleteMessage", "DeleteMessageBatch"),
            *("ChangeMessageVisibility", "ChangeMessageVisibilityBatch"),
        }
    ),
    "sns": frozenset({"Publish", "PublishBatch"}),
    "kinesis": frozenset({"PutRecord", "PutRecords", "GetRecords", "GetShardIterator", "SubscribeToShard"}),
    "firehose": frozenset({"PutRecord", "PutRecordBatch"}),
    "lambda": frozenset({"Invoke", "InvokeAsync", "InvokeWithResponseStream"}),
    "events": frozenset({"PutEvents"}),
    "logs": frozenset({"PutLogEvents", "GetLogEvents", "FilterLogEvents"}),
    "monitoring": frozenset({"PutMetricData", "GetMetricData", "GetMetricStatistics"}),
    "xray": frozenset({"PutTraceSegments", "PutTelemetryRecords", "GetSamplingRules", "GetSamplingTargets"}),
    "states": frozenset({"GetActivityTask", "SendTaskHeartbeat", "SendTaskSuccess", "SendTaskFailure"}),
}
OF_OBJECTS = ("Object", "Part", "MultipartUpload", "Parts")  # suffixes of S3's data events
READING = ("Get", "List", "Describe", "Head", "Lookup", "Search", "BatchGet", "Query", "Select", "Simulate", "Test")
READ_ONLY = frozenset(
    {"AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "Decrypt", "Encrypt", "GenerateDataKey"}
    | {"GenerateDataKeyWithoutPlaintext", "ReEncrypt", "Sign", "Verify", "ValidateTemplate", "EstimateTemplateCost"}
)
# Names that include the API version.
VERSIONED = {
    **dict.fromkeys(
        (
            *("CreateAlias", "CreateEventSourceMapping", "CreateFunction", "DeleteAlias", "DeleteEventSourceMapping"),
            *("DeleteFunction", "GetAlias", "GetEventSourceMapping", "ListAliases", "ListEventSourceMappings"),
            *("ListFunctions", "ListVersionsByFunction", "PublishVersion", "UpdateAlias", "UpdateEventSourceMapping"),
        ),
        "20150331",
    ),
    **dict.fromkeys(
        (
            *("AddPermission", "GetFunction", "GetFunctionConfiguration", "GetPolicy", "RemovePermission"),
            *("UpdateFunctionCode", "UpdateFunctionConfiguration"),
        ),
        "20150331v2",
    ),
}


def is_data_event(signer: str, operation: str) -> bool:
    if signer == "s3":
        return operation.endswith(OF_OBJECTS) or operation.startswith(("GetObject", "PutObject", "DeleteObject"))
    return operation in DATA.get(signer, ())


def is_read_only(operation: str) -> bool:
    return operation.startswith(READING) or operation in READ_ONLY


def event_name(signer: str, operation: str) -> str:
    return operation + VERSIONED.get(operation, "") if signer == "lambda" else operation
