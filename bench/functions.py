"""The Lambda functions that every peer runs: plain Python and boto3, packed as a user packs them."""

import io
import json
import zipfile

SILENT = "def handler(event, context):\n    return {'ok': True}\n"
# Most handlers write a line. The peer waits 50 ms for one that a silent handler never writes.
LOGGING = "def handler(event, context):\n    print('called')\n    return {'ok': True}\n"

ITEM = """
import json, boto3
table = boto3.resource("dynamodb").Table("bench-items")
def handler(event, context):
    key = event["pathParameters"]["id"]
    table.put_item(Item={"id": key, "n": 1})
    item = table.get_item(Key={"id": key})["Item"]
    return {"statusCode": 200, "body": json.dumps({"id": item["id"]})}
"""

ARCHIVE = """
import base64, boto3
s3 = boto3.client("s3")
def handler(event, context):
    records = event["Records"]
    name = records[0]["kinesis"]["sequenceNumber"]
    shard = records[0]["eventID"].split(":")[0]
    body = b"\\n".join(base64.b64decode(record["kinesis"]["data"]) for record in records)
    s3.put_object(Bucket="bench-archive", Key=f"{shard}/{name}/{len(records)}", Body=body)
"""


def packed(source: str) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("index.py", source)
    return archive.getvalue()


def create_function(peer, name: str, source: str, memory: int = 256) -> str:
    """Create the function, wait until it is active, return its ARN."""
    functions = peer.client("lambda")
    functions.create_function(
        FunctionName=name,
        Runtime="python3.11",
        Handler="index.handler",
        Role=role(peer),
        Code={"ZipFile": packed(source)},
        MemorySize=memory,
        Timeout=60,
    )
    functions.get_waiter("function_active_v2").wait(FunctionName=name)
    return functions.get_function(FunctionName=name)["Configuration"]["FunctionArn"]


def role(peer) -> str:
    iam = peer.client("iam")
    statement = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    try:
        arn = iam.create_role(RoleName="bench", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [everything]})
        iam.put_role_policy(RoleName="bench", PolicyName="bench", PolicyDocument=document)
        return arn
    except iam.exceptions.EntityAlreadyExistsException:
        return iam.get_role(RoleName="bench")["Role"]["Arn"]
