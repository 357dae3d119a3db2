"""Gives the function lines that are easy to add up wrongly."""

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from shoplib.lessons import Step, Trial


def judge(trial: Trial) -> Iterator[Step]:
    norway = _ask(trial, [("purchase", "Norway", "0.1"), ("purchase", "Norway", "0.2")]).get("Norway")
    yield Step(
        "0.1 and 0.2 are 0.3, exactly",
        _amount(norway) == Decimal("0.3"),
        norway,
        "A float is a fraction of two: it has no 0.1. Python's decimal.Decimal has, if it is made of the text.",
    )

    texts = {type(amount).__name__ for amount in _ask(trial, [("purchase", "Norway", "12.345")]).values()}
    yield Step(
        "amounts leave as text", texts == {"str"}, ", ".join(texts), "JSON's numbers are floats to most who read them."
    )

    after = _ask(trial, [("purchase", "France", "10.005"), ("refund", "France", "4.000")]).get("France")
    yield Step(
        "a refund is taken off",
        _amount(after) == Decimal("6.005"),
        after,
        'line["name"] says which of the two it is.',
    )

    whole = _ask(trial, [("purchase", "Norway", "1"), ("purchase", None, "2.5"), ("purchase", "", "0.5")])
    yield Step(
        "lines without a country are under unknown",
        _amount(whole.get("unknown")) == 3,
        f"{whole}",
        "Nobody may fall out: what has no country, or an empty one, has a row of its own.",
    )


def _ask(trial: Trial, lines: list[tuple[str, str | None, str]]) -> dict[str, Any]:
    entries = [{"name": name, "country": country, "amount": amount} for name, country, amount in lines]
    answer = trial.invoke("RevenueFunction", {"lines": entries})
    return answer if isinstance(answer, dict) else {}


def _amount(text: Any) -> Decimal | None:
    try:
        return Decimal(str(text))
    except InvalidOperation:
        return None
