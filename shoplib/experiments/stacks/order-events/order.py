"""An order is the sum of what happened to it. No AWS here: events in, state out."""

STATUS = {"placed": "waiting for payment", "paid": "paid", "shipped": "on its way", "cancelled": "cancelled"}


def change(event):
    """What an event changes of the order."""
    status = {"status": STATUS[event["what"]], "version": event["version"]}
    return status | ({"total": event["total"]} if "total" in event else {})
