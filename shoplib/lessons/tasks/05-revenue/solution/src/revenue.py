"""Revenue by country.

{"lines": [{"name": "purchase" or "refund", "country": ..., "amount": "0.105"}]} -> {"Norway": "..."}
"""

from decimal import Decimal


def handler(event, context):
    revenue = {}
    for line in event["lines"]:
        country = line["country"] or "unknown"
        amount = Decimal(line["amount"]) * (-1 if line["name"] == "refund" else 1)
        revenue[country] = revenue.get(country, Decimal(0)) + amount
    return {country: str(amount) for country, amount in revenue.items()}
