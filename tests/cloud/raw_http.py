"""Requests as bytes, for what no HTTP client would send."""

import socket
from urllib.parse import urlsplit


def ask(url: str, request: bytes, ends: bool = False, patience: float = 8.0) -> bytes:
    """The whole answer; `ends` closes the client's side after the request. TimeoutError without an answer."""
    with socket.create_connection(("127.0.0.1", urlsplit(url).port or 0), timeout=patience) as connection:
        try:
            connection.sendall(request)
            if ends:
                connection.shutdown(socket.SHUT_WR)
        except OSError:  # answered and closed before all of it was sent
            pass
        return _answer(connection)


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def _answer(connection: socket.socket) -> bytes:
    answer = b""
    while not _is_whole(answer):
        try:
            piece = connection.recv(65536)
        except ConnectionError:
            break
        if not piece:
            break
        answer += piece
    return answer


def _is_whole(answer: bytes) -> bool:
    head, end, body = answer.partition(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), None)
    if not end or length is None:
        return bool(end) and body.endswith(b"0\r\n\r\n")
    return len(body) >= length
