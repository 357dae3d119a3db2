"""Packs an order, if there is one."""


def handler(event, context):
    return f"packed {event['order_id']}"
