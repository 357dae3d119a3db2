"""Keeps a wish and asks for it, and for one that is not there, and sends what is no wish, as a browser would."""

import uuid
from collections.abc import Iterator

import requests

from shoplib.lessons import Step, Trial

LIMIT_SECONDS = 30
NOT_WISHES = {"no JSON": "{", "no object": '"a text"', "no text in it": "{}", "nothing at all": ""}


def judge(trial: Trial) -> Iterator[Step]:
    wish, address = uuid.uuid4().hex, f"{trial.output('WishesApiUrl')}/wishes"

    with requests.Session() as browser:
        put = browser.put(f"{address}/{wish}", json={"text": "a lantern"}, timeout=LIMIT_SECONDS)
        yield Step("PUT keeps a wish", put.status_code == 200, f"{put.status_code}", _log(put.status_code))

        got = browser.get(f"{address}/{wish}", timeout=LIMIT_SECONDS)
        same = got.status_code == 200 and got.json().get("text") == "a lantern"
        yield Step("GET gives it back", same, f"{got.status_code} {got.text[:80]}", _log(got.status_code))

        missing = browser.get(f"{address}/no-{wish}", timeout=LIMIT_SECONDS)
        yield Step(
            "a wish that does not exist is 404",
            missing.status_code == 404,
            f"{missing.status_code}",
            "get_item answers no \"Item\" when there is none. Whose mistake is it then, the caller's or the server's?",
        )

        statuses = [
            browser.put(f"{address}/{wish}", data=body, timeout=LIMIT_SECONDS).status_code
            for body in NOT_WISHES.values()
        ]
        yield Step(
            "what is no wish is 400",
            set(statuses) == {400},
            ", ".join(f"{name}: {status}" for name, status in zip(NOT_WISHES, statuses, strict=True)),
            'A body may be no JSON, JSON but no object, an object without "text", or not there at all.',
        )


def _log(status: int) -> str:
    if status == 500:
        return 'Read the end of task.logs("WishesFunction"): it names the action that the role may not do.'
    return "Does the template still have both routes?"
