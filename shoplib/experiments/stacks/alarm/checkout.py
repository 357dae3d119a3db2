"""A checkout, and what is done by itself when it fails too often."""

import json


def handler(event, context):
    return "paid"


def help_itself(event, context):
    for record in event["Records"]:
        alarm = json.loads(record["Sns"]["Message"])
        print(json.dumps({"alarm": alarm["AlarmName"], "state": alarm["NewStateValue"]}))
