"""Parts of the Lambda room that work without an engine: worker processes under either runtime client."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from shoplib.localaws.functions.blueprint import Blueprint, Request
from shoplib.localaws.functions.contents import Contents
from shoplib.localaws.functions.environment import Environment
from shoplib.localaws.functions.packages import RUNTIME_DISTRIBUTIONS, link_distributions
from shoplib.localaws.functions.trace import trace_header
from shoplib.localaws.functions.variables import worker_variables
from tests.cloud.lambda_room import eventually, zipped
from tests.processes import lives


@pytest.mark.parametrize("compiled", [True, False])
def test_worker_with_either_runtime_client(tmp_path: Path, compiled: bool) -> None:
    """macOS and Windows have no compiled client: AWS's bootstrap then runs on the pure-Python one."""
    runtime = link_distributions(RUNTIME_DISTRIBUTIONS, tmp_path / "runtime")
    clients = list(runtime.glob("runtime_client*"))
    if compiled and not clients:
        pytest.skip("awslambdaric has no compiled runtime client on this platform")
    if not compiled:
        for client in clients:
            client.unlink()
    code = (
        "import sys\n"
        "def handler(event, context):\n"
        "    if event == 'fail': raise ValueError('ü')\n"
        "    return [len(event), sys.modules['runtime_client'].__file__.endswith('.py')]\n"
    )
    environment = _environment(tmp_path, code, runtime)
    environment.start()
    try:
        large = environment.invoke(_request(b'"' + b"x" * 3_000_000 + b'"'))
        assert (large.payload, large.error) == (f"[3000000, {str(not compiled).lower()}]".encode(), None)
        failed = environment.invoke(_request(b'"fail"'))
        assert failed.error == "Unhandled" and b'"errorType": "ValueError"' in failed.payload
        assert failed.reusable
    finally:
        environment.kill()


ENGINE = """
import sys, time
from pathlib import Path
from tests.cloud.test_lambda_parts import _environment, _request, RUNTIME_DISTRIBUTIONS, link_distributions
folder = Path(sys.argv[1])
code = "import os, subprocess, sys\\nchild = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\\n"
code += "def handler(event, context): return [os.getpid(), child.pid]"
environment = _environment(folder, code, link_distributions(RUNTIME_DISTRIBUTIONS, folder / "runtime"))
environment.start()
print(environment.invoke(_request(b"{}")).payload.decode(), flush=True)
time.sleep(60)
"""


def test_worker_and_its_children_end_with_a_killed_engine(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    engine = subprocess.Popen([sys.executable, "-c", ENGINE, str(tmp_path)], stdout=subprocess.PIPE, cwd=root)
    assert engine.stdout is not None
    with engine.stdout as output:
        pids = json.loads(output.readline())
        assert all(lives(pid) for pid in pids)
        engine.kill()
        engine.wait(5)
        eventually(lambda: not any(lives(pid) for pid in pids), 5)


def test_init_slower_than_ten_seconds_begins_again_within_the_invocation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shoplib.localaws.functions.environment.INIT_LIMIT_S", 0.2)
    runtime = link_distributions(RUNTIME_DISTRIBUTIONS, tmp_path / "runtime")
    environment = _environment(tmp_path, "import time\ntime.sleep(1)\ndef handler(e, c):\n    return 1", runtime)
    environment.start()
    try:
        assert environment.invoke(_request(b"{}")).payload == b"1"
    finally:
        environment.kill()


def _environment(tmp_path: Path, code: str, runtime: Path) -> Environment:
    blueprint = Blueprint(
        function_name="f",
        version="$LATEST",
        region="us-east-1",
        account_id="123456789012",
        handler="app.handler",
        runtime="python3.12",
        memory_mb=256,
        timeout_s=5,
        role="arn:aws:iam::123456789012:role/r",
        code=Contents(tmp_path / "code").unpack(zipped({"app.py": code})),
        layers=(),
        variables={},
        log_group="/aws/lambda/f",
    )
    variables = worker_variables(blueprint, "http://127.0.0.1:1", {}, runtime)
    return Environment(blueprint, variables, tmp_path / "environment")


def _request(payload: bytes) -> Request:
    return Request("request-1", "arn:aws:lambda:us-east-1:123456789012:function:f", payload, trace_header(None))
