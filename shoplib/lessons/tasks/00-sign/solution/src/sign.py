"""The sign at the door: {"day": "Monday"} -> {"open": ...}"""


def handler(event, context):
    return {"day": event["day"], "open": event["day"] != "Sunday"}
