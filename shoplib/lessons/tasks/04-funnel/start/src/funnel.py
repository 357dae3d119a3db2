"""How many sessions reach each step.

{"events": [{"session": ..., "name": ..., "time": ...}]} -> {"view_item": 3, ...}
"""

STEPS = ["view_item", "add_to_cart", "purchase"]


def handler(event, context):
    names = [each["name"] for each in event["events"]]
    return {step: names.count(step) for step in STEPS}
