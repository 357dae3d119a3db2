"""The transform AWS::Include: `Fn::Transform` is replaced by what the file that it names holds, before all else."""

from collections.abc import Callable, Mapping
from typing import Any

NAME = "AWS::Include"
REMOTE = ("s3://", "https://", "http://")
# Files may include files; one that includes itself must not go on for ever.
DEEPEST = 10

# Location -> content, or None when the location is not this reader's to read.
Read = Callable[[str], Any]


class InvalidInclude(Exception):
    """A file that cannot stand where it is included."""


def inline(body: Any, read: Read, values: Mapping[str, Any], depth: int = 0) -> Any:
    """The content with each include that `read` can answer in its place, changed as it stands (nodes keep their lines).

    `values` are the parameters'. Keys beside an include win over those of the file, as on AWS. Raises InvalidInclude.
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
    """The same for includes that the template's own Transform names: the file's sections are joined with its own."""
    transforms = body.get("Transform", []) if isinstance(body, dict) else []
    for transform in list(transforms) if isinstance(transforms, list) else [transforms]:
        content = _content(transform, read, values, 0)
        if content is not None:
            _drop(body, transform)
            own = {name: section for name, section in body.items() if isinstance(section, dict)}
            body = _merge(body, content)
            for name in own.keys() & content.keys():
                body[name] = {**content[name], **own[name]}
    return body


def _content(transform: Any, read: Read, values: Mapping[str, Any], depth: int) -> Any:
    location = _location(transform, values)
    content = read(location) if location else None
    if content is None:
        return None
    if depth >= DEEPEST:
        raise InvalidInclude(f"{location} is included more than {DEEPEST} levels deep")
    return inline(content, read, values, depth + 1)


def _location(transform: Any, values: Mapping[str, Any]) -> str | None:
    if not isinstance(transform, dict) or transform.get("Name") != NAME:
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
        raise InvalidInclude("a file that is no mapping is included beside other keys")
    for key, value in content.items():
        body.setdefault(key, value)
    return body


def _drop(body: Any, transform: Any) -> None:
    rest = [each for each in body["Transform"] if each is not transform] if isinstance(body["Transform"], list) else []
    body["Transform"] = rest
    if not rest:
        del body["Transform"]
