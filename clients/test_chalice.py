"""Chalice, which calls the APIs of Lambda, API Gateway and IAM itself: deploy and delete."""

from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from clients.conftest import Run

APP = """
from chalice import Chalice
app = Chalice(app_name="letters")

@app.route("/letters/{name}")
def read(name):
    return {"to": name, "query": app.current_request.query_params}
"""


@pytest.fixture
def chalice(run: Run, python_tool: Callable[[str, str], str], tmp_path: Path) -> Run:
    (tmp_path / ".chalice").mkdir()
    (tmp_path / "app.py").write_text(APP, encoding="utf-8")
    (tmp_path / "requirements.txt").write_text("", encoding="utf-8")
    config = '{"version": "2.0", "app_name": "letters", "stages": {"dev": {"api_gateway_stage": "api"}}}'
    (tmp_path / ".chalice" / "config.json").write_text(config, encoding="utf-8")
    program = python_tool("chalice", "chalice")
    return lambda *words: run(program, *words)


def test_an_application_is_deployed_called_changed_and_deleted(chalice: Run, endpoint: str, tmp_path: Path) -> None:
    chalice("deploy")
    # Chalice writes AWS's address itself; here its API answers at the engine's.
    api = chalice("url").strip().partition("://")[2].partition(".")[0]
    url = f"{endpoint}/_aws/execute-api/{api}/api/letters/ann?a=1"
    assert requests.get(url, timeout=20).json() == {"to": "ann", "query": {"a": "1"}}
    (tmp_path / "app.py").write_text(APP.replace('"to"', '"dear"'), encoding="utf-8")
    chalice("deploy")
    assert requests.get(url, timeout=20).json()["dear"] == "ann"
    chalice("delete")
    assert requests.get(url, timeout=20).status_code == 403
