"""What of each resource type takes effect here, property by property. Whatever these files do not name is refused.

Each file maps a type to lists of paths; a path covers all that is below it, unless a longer one says otherwise:

- `supported`: it works as on AWS.
- `no_effect`: a laptop has nothing on which it could have an effect; the service's API answers it.
- `unsupported`: a part of something supported that is not there.

A type that no file names cannot be created. `tests/contract/test_property_support.py` holds the files against AWS's
schemas: a property that is new there is refused until somebody has looked at it and written it down here.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
UNKNOWN_PROPERTIES = ("AWS::CloudFormation::CustomResource", "AWS::CloudFormation::Stack", "Custom::")
ABSENT_VALUES: tuple[Any, ...] = (None, False, "false", "False", "", [], {})


@dataclass(frozen=True)
class TypeSupport:
    """One type's paths; `schema` tells the reviewed state of AWS's schema below the properties that are accepted."""

    supported: tuple[str, ...] = ()
    no_effect: tuple[str, ...] = ()
    unsupported: tuple[str, ...] = ()
    schema: str = ""

    @property
    def accepted(self) -> set[str]:
        return {path.split(".")[0] for path in (*self.supported, *self.no_effect)}


@cache
def support_by_type() -> dict[str, TypeSupport]:
    files = [tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.toml"))]
    return {name: _type_support(lists) for file in files for name, lists in file.items()}


def is_known(type_name: str) -> bool:
    """Whether the type itself does something here (or, as networks do, is recorded)."""
    return type_name.startswith(UNKNOWN_PROPERTIES) or type_name in support_by_type()


def unsupported_paths(type_name: str, properties: dict[str, Any]) -> list[str]:
    """Paths of what these properties ask for and would not get; `false` and empty values ask for nothing."""
    if type_name.startswith(UNKNOWN_PROPERTIES):
        return []
    support = support_by_type()[type_name]
    unlisted = [name for name, value in properties.items() if name not in support.accepted and _requests(value)]
    return [*unlisted, *(path for path in support.unsupported if any(map(_requests, _at(properties, path.split(".")))))]


def _type_support(lists: dict[str, Any]) -> TypeSupport:
    values: dict[str, Any] = {key: each if isinstance(each, str) else tuple(each) for key, each in lists.items()}
    return TypeSupport(**values)


def _requests(value: Any) -> bool:
    return value not in ABSENT_VALUES


def _at(value: Any, path: list[str]) -> Iterator[Any]:
    """The values at a path; lists on the way are looked through."""
    if isinstance(value, list):
        for item in value:
            yield from _at(item, path)
    elif not path:
        yield value
    elif isinstance(value, dict) and path[0] in value:
        yield from _at(value[path[0]], path[1:])
