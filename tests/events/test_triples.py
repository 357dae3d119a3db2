"""Handler, event, response: every `<name>.event.json` answered exactly as `<name>.response.json` says.

`cases.json` of each service names the function (its logical id in the template) and what must have happened before.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.inprocess import World

HERE = Path(__file__).parent
CASES = {
    f"{path.parent.name}/{name}": case
    for path in sorted(HERE.glob("*/cases.json"))
    for name, case in json.loads(path.read_text(encoding="utf-8")).items()
}


def read(name: str, kind: str) -> Any:
    return json.loads((HERE / f"{name}.{kind}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", CASES)
def test_the_handler_answers_the_event_with_the_response(shop: World, name: str):
    for earlier in CASES[name]["given"]:
        shop.invoke(CASES[earlier]["function"], read(earlier, "event"))
    assert shop.invoke(CASES[name]["function"], read(name, "event")) == read(name, "response")


def test_every_event_file_is_a_case_with_a_response():
    names = {path.relative_to(HERE).as_posix().removesuffix(".event.json") for path in HERE.glob("*/*.event.json")}
    answered = {
        path.relative_to(HERE).as_posix().removesuffix(".response.json") for path in HERE.glob("*/*.response.json")
    }
    assert names == set(CASES) == answered
