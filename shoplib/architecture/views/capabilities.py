"""What a shop needs according to the paper, and what each service covers: read from files, not by import."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shoplib.architecture.linking.links import Place
from shoplib.errors import LabError

SERVICES_FOLDER = Path(__file__).parents[2] / "services"
STATEMENT, GROUPS = "service.toml", "capabilities.toml"


@dataclass(frozen=True)
class Capability:
    """A group of the paper. `points` are its sub-bullets by id: C1a, C1b, ..."""

    id: str
    title: str
    subdomain: str
    points: Mapping[str, str]


@dataclass(frozen=True)
class Cover:
    """What a service has of one group: points that work `wholly` and `partly`, each with how. `where` names the routes
    and resources that are this group's rather than those of the service's main one."""

    group: str
    where: tuple[str, ...]
    wholly: Mapping[str, str]
    partly: Mapping[str, str]


@dataclass(frozen=True)
class Service:
    """What a service says of itself. The first of `covers` is its main group; `requests` are the routes that it asks
    of the API whose address it is given."""

    name: str
    title: str
    does: str
    covers: tuple[Cover, ...]
    requests: tuple[str, ...] = ()


def capabilities() -> dict[str, Capability]:
    """All groups by id, in the paper's order."""
    groups = _read(Path(__file__).with_name(GROUPS))
    return {id: _capability(id, entry) for id, entry in groups.items()}


def _capability(id: str, entry: Mapping[str, Any]) -> Capability:
    points = {f"{id}{letter}": text for letter, text in entry.items() if len(letter) == 1}
    return Capability(id, entry["title"], entry["subdomain"], points)


def places(folder: Path = SERVICES_FOLDER) -> dict[str, Place]:
    """Where each group is said: in the statement of the first service that covers it, else in the list of the paper's.
    And where each service says itself, by its title."""
    lines = {id: _line(Path(__file__).with_name(GROUPS), f"[{id}]") for id in capabilities()}
    for name, service in reversed(services(folder).items()):
        statement = folder / name / STATEMENT
        lines[service.title] = _line(statement, "title")
        lines |= {cover.group: _line(statement, f"[covers.{cover.group}]") for cover in service.covers}
    return lines


def _line(path: Path, start: str) -> Place:
    lines = path.read_text(encoding="utf-8").splitlines()
    number = next(number for number, line in enumerate(lines, start=1) if line.startswith(start))
    return Place(path, number, Path(__file__).parents[3])


def services(folder: Path = SERVICES_FOLDER) -> dict[str, Service]:
    """The services by name. LabError names a statement that is malformed, or claims what the paper does not have."""
    known = capabilities()
    return {path.parent.name: _service(path, known) for path in sorted(folder.glob(f"*/{STATEMENT}"))}


def _service(path: Path, known: Mapping[str, Capability]) -> Service:
    try:
        statement = _read(path)
        covers = tuple(_cover(group, entry, known) for group, entry in statement["covers"].items())
        if not covers:
            raise ValueError("it covers no group")
        return Service(
            path.parent.name, statement["title"], statement["does"], covers, tuple(statement.get("requests", ()))
        )
    except (KeyError, ValueError, AttributeError, TypeError) as error:
        where = f"{path.parent.name}/{STATEMENT}"
        advice = f"a statement has title, does, and [covers.<group>] with points as in {GROUPS}"
        raise LabError(f"{where}: {_reason(error)}", advice) from None


def _reason(error: Exception) -> str:
    return f"{error} is missing or unknown" if isinstance(error, KeyError) else str(error)


def _cover(group: str, entry: Mapping[str, Any], known: Mapping[str, Capability]) -> Cover:
    points = known[group].points
    claims = {point: how for point, how in entry.items() if point != "where"}
    for point in claims:
        points[point]  # KeyError: the paper has no such point
    wholly = {point: how for point, how in claims.items() if isinstance(how, str)}
    partly = {point: how["partly"] for point, how in claims.items() if point not in wholly}
    return Cover(group, tuple(entry.get("where", ())), wholly, partly)


def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))
