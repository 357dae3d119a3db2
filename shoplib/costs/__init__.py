"""Estimate costs at AWS's list prices, for templates with stated traffic or for the traffic of a run.

from shoplib import costs
costs.of_templates(["rest"], ["ShopApi.requests=1000000"])
costs.of_stacks(lab.target)                # .bill.lines, .bill.by_connection, .bill.per("OrdersQueue"), .picture
"""

from shoplib.costs.bill import Bill, Line
from shoplib.costs.estimate import Estimate, of_stacks, of_templates, requests_to
from shoplib.costs.money import dollars
from shoplib.costs.price_table import Price, PriceTable, load

__all__ = [
    "Bill", "Estimate", "Line", "Price", "PriceTable", "dollars", "load", "of_stacks", "of_templates", "requests_to",
]  # fmt: skip
