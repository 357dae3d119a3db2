"""Release one works. Release two has a fault that no test has seen."""

import os


def handler(event, context):
    if os.environ["RELEASE"] == "two":
        raise KeyError("the price list of the next year")
    return {"release": os.environ["RELEASE"]}
