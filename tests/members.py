"""Members and staff of the shop in this process, signed in."""

from dataclasses import dataclass
from typing import Any

from tests.inprocess import Answer, World

PASSWORD = "correct horse"


@dataclass(frozen=True)
class Person:
    """A member with a session."""

    shop: World
    user_id: str
    headers: dict[str, str]

    def http(self, function: str, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        return self.shop.http(function, method, path, body, **self.headers | headers)


def join(shop: World, name: str = "ada") -> Person:
    body = {"email": f"{name}@example.com", "password": PASSWORD, "name": name}
    session = shop.rest("AccountsFunction", "POST", "/accounts", body).body
    return Person(shop, session["user_id"], {"Authorization": f"Bearer {session['token']}"})


def hire(shop: World, name: str = "grace") -> Person:
    """A member of staff."""
    person = join(shop, name)
    answer = shop.invoke("SetRoleFunction", {"user_id": person.user_id, "role": "staff"})
    assert answer["role"] == "staff"
    return person


def deletion(*user_ids: str) -> dict[str, Any]:
    """What the topic of deleted accounts brings to a function."""
    from shoplib.core import account_changes

    changes = [account_changes.deletion(each, "2026-03-01T12:00:00.000000Z") for each in user_ids]
    return {"Records": [{"Sns": {"Message": each.to_message()}} for each in changes]}
