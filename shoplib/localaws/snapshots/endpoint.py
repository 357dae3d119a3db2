"""`/_aws/snapshots`: PUT `.../name` saves, POST `.../name` loads, and PUT `/_aws/keep` has the engine's end save it.

A refusal is answered with `{"refusal": text, "advice": text}`, as other questions to the engine are.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Any
from urllib.parse import unquote

from shoplib.errors import LabError
from shoplib.localaws.request_scope import signature
from shoplib.localaws.snapshots.service import Snapshots

PATH, KEEP = "/_aws/snapshots/", "/_aws/keep"
Environ = dict[str, Any]


class SnapshotEndpoint:
    """A WSGI application, for the account's own keys: `is_given_out` knows those of users, roles and functions."""

    def __init__(self, snapshots: Snapshots, is_given_out: Callable[[str], bool]) -> None:
        self._snapshots = snapshots
        self._is_given_out = is_given_out

    def matches(self, environ: Environ) -> bool:
        return environ["PATH_INFO"].startswith(PATH) or environ["PATH_INFO"] == KEEP

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        try:
            answer = self._answer(environ)
        except LabError as error:
            answer = {"refusal": error.what, "advice": error.next}
        body = json.dumps(answer).encode()
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]

    def _answer(self, environ: Environ) -> dict[str, Any]:
        signed = signature(environ)
        if signed is None or self._is_given_out(signed.access_key):
            raise LabError("a saved state belongs to the account", "users, roles and functions cannot save or load it")
        method, name = environ["REQUEST_METHOD"], unquote(environ["PATH_INFO"].removeprefix(PATH))
        if environ["PATH_INFO"] == KEEP:
            header = self._snapshots.keep(environ.get("QUERY_STRING") == "restore=1")
            return {"kept": asdict(header) if header else None}
        if method not in ("PUT", "POST"):
            raise LabError(f"{method} is not supported for saved states", "PUT saves, POST loads")
        return asdict(self._snapshots.save(name) if method == "PUT" else self._snapshots.load(name))
