"""Paths of the States Language: `$` is the input, `$$` the context object, `$name` a variable."""

import re
from copy import deepcopy
from typing import Any

from shoplib.localaws import jsonpath
from shoplib.localaws.json_text import compact
from shoplib.localaws.state_machines.language.failures import RUNTIME, EvaluationFailure, runtime
from shoplib.localaws.state_machines.language.scope import Scope

MISSING = jsonpath.MISSING
VARIABLE = re.compile(r"\$([^\W\d]\w*)")
REFERENCE = re.compile(r"\$(?:\.[\w\-]+|\[\s*(?:'[^']*'|\"[^\"]*\"|\d+)\s*\])*")
PART = re.compile(r"\.([\w\-]+)|\[\s*(?:'([^']*)'|\"([^\"]*)\"|(\d+))\s*\]")


def is_path(text: Any) -> bool:
    """Whether `text` is a path that can be followed."""
    if not isinstance(text, str) or not text.startswith("$"):
        return False
    try:
        jsonpath.steps(_rooted(text)[1], full=True)
    except jsonpath.UnsupportedPath:
        return False
    return True


def is_reference(text: Any) -> bool:
    """Whether `text` leads to exactly one place of a document."""
    return isinstance(text, str) and REFERENCE.fullmatch(text) is not None


def find(path: str, scope: Scope) -> Any:
    """The value at `path`, or MISSING."""
    root, rest = _rooted(path)
    try:
        return jsonpath.find(_document(root, scope), rest, full=True)
    except jsonpath.UnsupportedPath as error:
        raise runtime(f"Invalid path '{path}': {error}") from None


def value_at(path: str, scope: Scope, field: str) -> Any:
    """The value at `path`, which `field` names."""
    value = find(path, scope)
    if value is MISSING:
        raise runtime(
            f"The JSONPath '{path}' specified for the field '{field}' could not be found in the input "
            f"'{compact(scope.document)}'"
        )
    return value


def selected(path: str | None, scope: Scope) -> Any:
    """InputPath and OutputPath: null selects an empty object."""
    if path is None:
        return {}
    value = find(path, scope)
    if value is MISSING:
        raise unfound(path, scope)
    return value


def unfound(path: str, scope: Scope, field: str = "") -> EvaluationFailure:
    """In the words of the library by which AWS follows paths: where the way ends before the last step, or nothing."""
    root, rest = _rooted(path)
    names, document = "$", _document(root, scope)
    # What leads to several values always leads to a list of them, and is never unfound.
    *before, last = (step for step in jsonpath.steps(rest, full=True) if isinstance(step, re.Match))
    for step in before:
        names += _written(step)
        document = jsonpath.find(document, f"${step[0]}")
        if document is MISSING:
            return EvaluationFailure(RUNTIME, f"Invalid path '{path}' : Missing property in path {names}", field)
    return EvaluationFailure(RUNTIME, f"Invalid path '{path}' : No results for path: {names}{_written(last)}", field)


def _written(step: re.Match[str]) -> str:
    """A step as the library writes it."""
    _, name, single, double, number, _ = step.groups()
    return f"[{number}]" if number else f"['{name or single or double}']"


def put(document: Any, path: str | None, value: Any) -> Any:
    """ResultPath: `document` with `value` at `path`; null keeps the document, `$` replaces it."""
    if path is None:
        return document
    parts = [_key(match) for match in PART.finditer(path)]
    if not parts:
        return value
    whole = deepcopy(document)
    _put_into(whole, parts, value, path)
    return whole


def _put_into(target: Any, parts: list[str | int], value: Any, path: str) -> None:
    for part in parts[:-1]:
        target = _inner(target, part, path)
    if not _is_container(target, parts[-1]):
        raise _no_match(path)
    target[parts[-1]] = value


def _inner(target: Any, part: str | int, path: str) -> Any:
    if not _is_container(target, part):
        raise _no_match(path)
    if isinstance(target, dict) and not isinstance(target.get(part), dict | list):
        target[part] = {}
    return target[part]


def _is_container(target: Any, part: str | int) -> bool:
    if isinstance(part, int):
        return isinstance(target, list) and part < len(target)
    return isinstance(target, dict)


def _no_match(path: str) -> EvaluationFailure:
    return EvaluationFailure(
        "States.ResultPathMatchFailure", f"Unable to apply ReferencePath {path} to the state's input."
    )


def _key(match: re.Match[str]) -> str | int:
    return int(match[4]) if match[4] else next(each for each in match.groups()[:3] if each is not None)


def _rooted(path: str) -> tuple[str, str]:
    """The root (`$`, `$$` or a variable's name) and the path from there, which begins with `$`."""
    if path.startswith("$$"):
        return "$$", path[1:]
    if match := VARIABLE.match(path):
        return match[1], f"${path[match.end() :]}"
    return "$", path


def _document(root: str, scope: Scope) -> Any:
    if root == "$":
        return scope.document
    if root == "$$":
        return scope.context
    if root not in scope.variables:
        raise runtime(f"The variable '${root}' has no value")
    return scope.variables[root]
