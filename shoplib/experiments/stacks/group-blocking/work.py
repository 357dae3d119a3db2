"""Does one step of a customer's order. A step fails as often as it says, and then goes well."""

import json


def handler(event, context):
    for record in event["Records"]:
        step, receive = json.loads(record["body"]), int(record["attributes"]["ApproximateReceiveCount"])
        fails = receive <= step.get("failures", 0)
        print(json.dumps({"step": step["name"], "receive": receive, "outcome": "failed" if fails else "ok"}))
        if fails:
            raise RuntimeError(f"{step['name']}: not yet")
