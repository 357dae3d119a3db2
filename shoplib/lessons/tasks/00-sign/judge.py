"""Looks at the sign on each day of the week."""

from collections.abc import Iterator

from shoplib.lessons import Step, Trial

OPEN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")


def judge(trial: Trial) -> Iterator[Step]:
    signs = [(trial.invoke("SignFunction", {"day": day}) or {}).get("open") for day in OPEN]
    closed = [day for day, sign in zip(OPEN, signs, strict=True) if sign is not True]
    yield Step(
        "open from Monday to Saturday",
        not closed,
        f"not open on {', '.join(closed)}" if closed else "open",
        'The value of "open" is True or False. Which days does your function tell from which?',
    )

    sunday = (trial.invoke("SignFunction", {"day": "Sunday"}) or {}).get("open")
    yield Step("closed on Sunday", sunday is False, f"open: {sunday}", 'event["day"] says which day it is.')
