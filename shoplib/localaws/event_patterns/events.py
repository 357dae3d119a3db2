"""An event as patterns see it: a tree of fields, in which dots in names are steps too, and arrays are alternatives."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Path = tuple[str, ...]


@dataclass
class Field:
    """What lies under one name: values that are no objects (those of arrays too), fields below, and objects of an
    array, of which one has to fit as a whole."""

    values: list[Any] = field(default_factory=list)
    below: dict[str, "Field"] = field(default_factory=dict)
    elements: list["Field"] = field(default_factory=list)

    def options(self) -> Iterator["Field"]:
        yield self
        for element in self.elements:
            yield from element.options()

    def child(self, name: str) -> "Field":
        return self.below.get(name, NOTHING)


NOTHING = Field()


class Event:
    """An event for patterns. `has_value` says whether a field with a value (null included) lies at a path anywhere."""

    def __init__(self, event: Mapping[str, Any]) -> None:
        self.root = Field()
        self._paths = set[Path]()
        self._add(self.root, event, ())

    def has_value(self, path: Path) -> bool:
        return path in self._paths

    def _add(self, into: Field, value: Any, path: Path) -> None:
        if isinstance(value, Mapping):
            for name, each in value.items():
                steps = tuple(str(name).split("."))
                self._add(_descend(into, steps), each, path + steps)
        elif isinstance(value, list):
            self._add_array(into, value, path)
        else:
            into.values.append(value)
            self._paths.add(path)

    def _add_array(self, into: Field, values: list[Any], path: Path) -> None:
        for each in values:
            if isinstance(each, Mapping):
                into.elements.append(element := Field())
                self._add(element, each, path)
            else:
                self._add(into, each, path)


def _descend(place: Field, steps: Path) -> Field:
    for step in steps:
        place = place.below.setdefault(step, Field())
    return place
