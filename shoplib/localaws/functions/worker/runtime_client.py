"""The Runtime API client of AWS's bootstrap in pure Python, used where awslambdaric has no compiled one.

Same functions as AWS's `runtime_client` module. A plain socket instead of `http.client`: a worker that imports the
`email` package for two headers starts 20 ms later.
"""

import os
import socket

PREFIX = "/2018-06-01/runtime/invocation/"
ADDRESS = os.environ.get("AWS_LAMBDA_RUNTIME_API", "")  # read once: a handler may empty os.environ
_connection: list[socket.socket] = []


def initialize_client(user_agent: str) -> None:
    """Connect to the Runtime API named by AWS_LAMBDA_RUNTIME_API."""
    host, _, port = ADDRESS.partition(":")
    connection = socket.create_connection((host, int(port)))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    _connection[:] = [connection]


def next() -> tuple[bytes, dict[str, str]]:
    """Wait for the next event: its body and the response's headers."""
    return _exchange("GET", "next", b"", "")


def post_invocation_result(
    invoke_id: str, result_data: bytes, content_type: str = "application/json", invocation_id: str | None = None
) -> None:
    _exchange("POST", f"{invoke_id}/response", result_data, f"Content-Type: {content_type}\r\n")


def post_error(invoke_id: str, error_response_data: str, xray_fault: str, invocation_id: str | None = None) -> None:
    body = error_response_data.encode()
    _exchange("POST", f"{invoke_id}/error", body, "Content-Type: application/json\r\n")


def _exchange(method: str, path: str, body: bytes, headers: str) -> tuple[bytes, dict[str, str]]:
    head = f"{method} {PREFIX}{path} HTTP/1.1\r\nHost: {ADDRESS}\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
    _connection[0].sendall(head.encode() + body)
    return _response()


def _response() -> tuple[bytes, dict[str, str]]:
    buffer = bytearray()
    while (end := buffer.find(b"\r\n\r\n")) < 0:
        buffer += _receive()
    status, *lines = buffer[:end].decode("latin-1").split("\r\n")
    if status.split(" ")[1] not in ("200", "202"):
        raise RuntimeError(f"The Lambda Runtime API answered: {status}")
    headers = {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}
    del buffer[: end + 4]
    size = int(headers.get("Content-Length", 0))
    while len(buffer) < size:
        buffer += _receive()
    return bytes(buffer), headers


def _receive() -> bytes:
    data = _connection[0].recv(256 * 1024)
    if not data:
        raise RuntimeError("The Lambda Runtime API closed the connection")
    return data
