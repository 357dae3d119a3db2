"""The emulators under comparison, each started as a user starts it, on a free port of 127.0.0.1."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import boto3
import psutil
from botocore.config import Config

START_LIMIT_SECONDS = 30
PEER_VENV = Path(__file__).parents[1] / ".bench" / "ministack"


@dataclass(frozen=True)
class Peer:
    """A running emulator: where it listens, and how long it took to answer its first request (seconds)."""

    name: str
    url: str
    process: psutil.Process
    start_seconds: float

    def client(self, service: str):
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name="us-east-1",
            aws_access_key_id="bench",
            aws_secret_access_key="bench",
            config=Config(
                max_pool_connections=32, account_id_endpoint_mode="disabled", retries={"total_max_attempts": 1}
            ),
        )

    def api_url(self, api_id: str, stage: str, path: str) -> str:
        return f"{self.url}/restapis/{api_id}/{stage}/_user_request_/{path}"

    def memory_mb(self) -> float:
        """Resident memory of the emulator and everything it started, in MB. What processes share counts once, where the
        system says so (Linux): forked ones share most of it."""
        family = [self.process, *self.process.children(recursive=True)]
        sizes = (member.memory_full_info() for member in family)
        return sum(getattr(size, "pss", size.rss) for size in sizes) / 1e6


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=1).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def wait_for(url: str, process: subprocess.Popen, log: Path) -> None:
    limit = time.monotonic() + START_LIMIT_SECONDS
    while not answers(url):
        if process.poll() is not None or time.monotonic() > limit:
            raise SystemExit(f"{process.args} did not answer at {url}:\n{log.read_text()[-2000:]}")
        time.sleep(0.01)


@contextlib.contextmanager
def running(name: str, command: list[str], environment: dict[str, str], port: int) -> Iterator[Peer]:
    home = Path(tempfile.mkdtemp(prefix="bench-"))
    log = home / "log"
    began = time.perf_counter()
    with log.open("w") as output:
        process = subprocess.Popen(
            command,
            env={**os.environ, **environment, "SHOPLIB_STATE_DIR": str(home), "S3_DATA_DIR": str(home / "s3")},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_for(f"http://127.0.0.1:{port}/", process, log)
        started = time.perf_counter() - began
        yield Peer(name, f"http://127.0.0.1:{port}", psutil.Process(process.pid), started)
    finally:
        stop(process)
        shutil.rmtree(home, ignore_errors=True)


def stop(process: subprocess.Popen) -> None:
    family = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(10)
    for member in [process, *family]:
        with contextlib.suppress(psutil.NoSuchProcess):
            member.kill()
    process.wait(10)


def ours() -> contextlib.AbstractContextManager[Peer]:
    port = free_port()
    return running("shoplib", [sys.executable, "-m", "shoplib", "serve", "--port", str(port)], {}, port)


def ministack() -> contextlib.AbstractContextManager[Peer]:
    port = free_port()
    settings = {"GATEWAY_PORT": str(port), "BIND_HOST": "127.0.0.1", "LOG_LEVEL": "WARNING"}
    return running("ministack", [str(PEER_VENV / "bin/python"), "-m", "ministack"], settings, port)
