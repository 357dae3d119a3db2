"""Schemathesis over the APIs as API Gateway exports them: whatever fits a description or does not, no answer is a 5xx,
and none shows what is somebody else's.

API Gateway describes what a template says: paths, their parameters, authorizers. Of bodies and headers it knows
what models and request parameters declare, and SAM templates without these, as the shop's, declare none. So those of
the tests' events are added here, for else there is nothing to vary.
"""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.cloud.shop import victim
from tests.cloud.shop.conftest import Shop
from tests.cloud.shop.doors import METHODS, bodies, documents, names_of, route_of
from tests.cloud.shop.test_shop_doors import forget_guesses
from tests.cloud.shop.victim import Person
from tests.nightly import NIGHTLY, sized

SCHEMATHESIS = Path(sys.executable).with_name("st")
# Cases of each operation, beside those at the bounds of its description.
CASES = sized(100, 4)
# By day one API: Schemathesis takes some seconds to begin with each, and `test_shop_doors` calls all routes of all.
BY_DAY = ("fulfilment",)
PHASES = sized("examples,coverage,fuzzing", "fuzzing")
LIMIT_SECONDS = 3_000
# After these nobody is signed in any more: they come last.
LEAVING = {
    ("DELETE", "/sessions"),
    ("DELETE", "/profile"),
    ("DELETE", "/profile/sessions"),
    ("PUT", "/profile/password"),
}
NOT_DECLARED = {"authorization", "content-type", "host", "user-agent", "accept"}


@pytest.fixture(scope="module")
def ada(shop: Shop) -> Person:
    return victim.victim(shop)


def test_what_is_exported_holds_against_schemathesis(shop: Shop, ada: Person, tmp_path: Path) -> None:
    mallory, before = victim.somebody_else(shop), victim.state_of(shop, ada)
    cases: Counter[str] = Counter()
    for number, (pattern, document) in enumerate(documents(shop.lab)):
        if not NIGHTLY and pattern not in BY_DAY:
            continue
        for last in (False, True):
            part = declared(only(document, last), ada)
            if part["paths"]:
                report = run(part, mallory, tmp_path / f"{number}-{last}")
                assert report["failures"] == report["errors"] == [], report
                cases[pattern] += report["test_cases"]["generated"]
                forget_guesses(shop)
    assert shown_secrets(tmp_path, ada) == set()
    assert victim.state_of(shop, ada) == before
    assert cases.total() > CASES
    print(f"\n{cases.total():,} cases, no 5xx, nothing of anybody else's: {dict(cases)}")


def only(document: dict[str, Any], leaving: bool) -> dict[str, Any]:
    """The document with the routes after which nobody is signed in, or with all others."""
    paths = {
        path: {
            method: operation
            for method, operation in operations.items()
            if method in METHODS and (route_of(method, path) in LEAVING) == leaving
        }
        for path, operations in document["paths"].items()
    }
    return {**document, "paths": {path: operations for path, operations in paths.items() if operations}}


def declared(document: dict[str, Any], ada: Person) -> dict[str, Any]:
    """The document with what the tests' events say of each route, and Ada's ids as examples."""
    known, headers, queries = bodies(), names_of("headers"), names_of("queryStringParameters")
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            route = route_of(method, path)
            for parameter in operation.setdefault("parameters", []):
                parameter["example"] = ada.values.get(parameter["name"], ada.values["order_id"])
            operation["parameters"] += [
                {"name": name, "in": place, "schema": {"type": "string"}}
                for place, names in (("header", headers), ("query", queries))
                for name in sorted(names.get(route, set()) - NOT_DECLARED)
            ]
            if route in known:
                content = {"application/json": {"schema": schema_of(known[route]), "example": known[route]}}
                operation["requestBody"] = {"content": content}
    return document


def schema_of(value: Any) -> dict[str, Any]:
    """What values like this one look like; nothing is required, so that much gets past the first check."""
    if isinstance(value, dict):
        return {"type": "object", "properties": {name: schema_of(each) for name, each in value.items()}}
    if isinstance(value, list):
        return {"type": "array", "items": schema_of(value[0]) if value else {}}
    names = {bool: "boolean", int: "integer", float: "number", str: "string"}
    return {"type": names[type(value)]} if type(value) in names else {}


def run(document: dict[str, Any], mallory: Person, folder: Path) -> dict[str, Any]:
    """What Schemathesis reports of an API that Mallory calls."""
    folder.mkdir()
    description, report = folder / "openapi.json", folder / "report.json"
    description.write_text(json.dumps(document), encoding="utf-8")
    options = {
        "--url": document["servers"][0]["url"],
        "--phases": PHASES,
        "--max-examples": str(CASES),
        "--seed": "20",
        "--checks": "not_a_server_error",
        "--request-timeout": "60",
        "--report": "json,har",
        "--report-json-path": str(report),
        "--report-har-path": str(folder / "calls.har"),
        "--output-sanitize": "false",
        "--generation-database": "none",
        "--warnings": "off",
    }
    sent = [part for name, value in mallory.headers.items() for part in ("--header", f"{name}:{value}")]
    done = subprocess.run(
        [SCHEMATHESIS, "run", description, *(part for option in options.items() for part in option), *sent],
        capture_output=True, text=True, cwd=folder, timeout=LIMIT_SECONDS, check=False,
    )  # fmt: skip
    assert report.exists(), done.stdout + done.stderr
    assert done.returncode == 0, done.stdout
    return dict(json.loads(report.read_text(encoding="utf-8")))


def shown_secrets(folder: Path, ada: Person) -> set[str]:
    """Those of Ada's secrets that an answer has, read from the answers alone."""
    answers = [
        json.dumps(entry["response"])
        for path in folder.glob("*/calls.har")
        for entry in json.loads(path.read_text(encoding="utf-8"))["log"]["entries"]
    ]
    assert answers
    return {secret for secret in ada.secrets if any(secret in answer for answer in answers)}
