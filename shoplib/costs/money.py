"""US dollars as text: small amounts are shown with three significant digits."""

from decimal import Decimal

ROUND_FROM = 10  # dollars from which cents are enough


def dollars(usd: Decimal) -> str:
    """$1,234.50, $0.0213, $0.00000042."""
    if usd >= ROUND_FROM or not usd:
        return f"${usd:,.2f}"
    places = max(2, 2 - usd.adjusted())
    return f"${usd:,.{places}f}"
