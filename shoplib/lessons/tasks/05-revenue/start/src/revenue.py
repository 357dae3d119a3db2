"""Revenue by country.

{"lines": [{"name": "purchase" or "refund", "country": ..., "amount": "0.105"}]} -> {"Norway": "..."}
"""


def handler(event, context):
    revenue = {}
    for line in event["lines"]:
        if line["country"]:
            revenue[line["country"]] = revenue.get(line["country"], 0.0) + float(line["amount"])
    return {country: str(amount) for country, amount in revenue.items()}
