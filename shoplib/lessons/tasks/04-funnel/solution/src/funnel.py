"""How many sessions reach each step.

{"events": [{"session": ..., "name": ..., "time": ...}]} -> {"view_item": 3, ...}
"""

STEPS = ["view_item", "add_to_cart", "purchase"]


def handler(event, context):
    steps_by_session = {}
    for each in sorted(event["events"], key=lambda each: each["time"]):
        reached = steps_by_session.setdefault(each["session"], 0)
        if reached < len(STEPS) and each["name"] == STEPS[reached]:
            steps_by_session[each["session"]] += 1
    return {step: sum(reached > place for reached in steps_by_session.values()) for place, step in enumerate(STEPS)}
