"""AWS::Include: `Fn::Transform` is replaced by the content of the file that it names, before anything else reads it."""

from collections.abc import Callable, Mapping
from typing import Any

from shoplib.errors import LabError

REMOTE = ("s3://", "https://", "http://")
# Files may include files; one that includes itself must not go on for ever.
DEEPEST = 10

# Location -> content, or None when the location is not this reader's to read.
Read = Callable[[str], Any]


def inline(body: Any, read: Read, values: Mapping[str, Any], depth: int = 0) -> Any:
    """The content with each include that `read` can answer in its place; `values` are the parameters'.

    Keys beside an include win over those of the file, as on AWS. LabError for includes nested deeper than 10.
    """
    if isinstance(body, list):
        for index, item in enumerate(body):
            body[index] = inline(item, read, values, depth)
        return body
    if not isinstance(body, dict):
        return body
    for key in body:
        if key != "Fn::Transform":
            body[key] = inline(body[key], read, values, depth)
    content = _content(body.get("Fn::Transform"), read, values, depth)
    return body if content is None else _merge(body, content)


def inline_sections(body: Any, read: Read, values: Mapping[str, Any]) -> Any:
    """The same for includes that the template's own Transform names: the file holds sections of the template."""
    named = body.get("Transform", []) if isinstance(body, dict) else []
    for transform in list(named) if isinstance(named, list) else [named]:
        content = _content(transform, read, values, 0)
        if content is not None:
            _drop(body, transform)
            body = _merge(body, content)
    return body


def _content(transform: Any, read: Read, values: Mapping[str, Any], depth: int) -> Any:
    location = _location(transform, values)
    content = read(location) if location else None
    if content is None:
        return None
    if depth >= DEEPEST:
        raise LabError(f"AWS::Include: {location} is included more than {DEEPEST} levels deep", "remove the cycle")
    return inline(content, read, values, depth + 1)


def _location(transform: Any, values: Mapping[str, Any]) -> str | None:
    if not isinstance(transform, dict) or transform.get("Name") != "AWS::Include":
        return None
    location = (transform.get("Parameters") or {}).get("Location")
    if isinstance(location, dict) and "Ref" in location:
        location = values.get(location["Ref"])
    return location if isinstance(location, str) else None


def _merge(body: Any, content: Any) -> Any:
    body.pop("Fn::Transform", None)
    if not body:
        return content
    if not isinstance(content, dict):
        raise LabError("AWS::Include beside other keys needs a file that is a mapping", "remove the other keys")
    for key, value in content.items():
        present = body.get(key)
        # Sections of a template are joined; all else that the template says itself stands.
        both = isinstance(present, dict) and isinstance(value, dict)
        body[key] = {**value, **present} if both else body.get(key, value)
    return body


def _drop(body: Any, transform: Any) -> None:
    rest = [each for each in body["Transform"] if each is not transform] if isinstance(body["Transform"], list) else []
    body["Transform"] = rest
    if not rest:
        del body["Transform"]
