"""`POST /_aws/template-check`: would this template be refused here? AWS has no such call; `shoplib plan` asks it.

The body is `{"template": text, "parameters": {name: value}}`, the answer `{"refusal": text or null}`. A refusal is
what nothing here honours, and what is wrong in the template itself; what it imports, or a parameter points at, may
come with a stack before it.
"""

import json
from collections.abc import Callable, Iterable
from typing import Any

PATH = "/_aws/template-check"
FAULTS = ("Template format error: ", "Template error: ", "Circular dependency ")


class TemplateCheck:
    """A WSGI application. `open_stacks` makes the resource types known, as the first call of CloudFormation does."""

    def __init__(self, open_stacks: Callable[[], None]) -> None:
        self._open_stacks = open_stacks

    def matches(self, environ: dict[str, Any]) -> bool:
        return environ["PATH_INFO"] == PATH and environ["REQUEST_METHOD"] == "POST"

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        self._open_stacks()
        question = json.loads(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))
        body = json.dumps({"refusal": _refusal(environ, question)}).encode()
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]


def _refusal(environ: dict[str, Any], question: dict[str, Any]) -> str | None:
    from shoplib.localaws.accounts import account_of
    from shoplib.localaws.cloudformation.errors import ValidationError
    from shoplib.localaws.cloudformation.operations import new_stack
    from shoplib.localaws.cloudformation.plan import REFUSED, plan
    from shoplib.localaws.cloudformation.stack import Options
    from shoplib.localaws.request_scope import signature

    signer = signature(environ)
    if signer is None:
        return None
    stack = new_stack(account_of(signer.access_key), signer.region, "check", Options())
    try:
        plan(stack, question["template"], question.get("parameters") or {})
    except ValidationError as error:
        text = str(error.message)
        return text if text.startswith((REFUSED, *FAULTS)) else None
    return None
