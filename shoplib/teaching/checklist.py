"""All that the paper names, by id, and how each of it is shown: from `paper.toml` and from what services state."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from shoplib.architecture.views import capabilities

ROOT = Path(__file__).parents[2]
FILE = Path(__file__).with_name("paper.toml")
RUN, SIMULATED, TEXT_ONLY = KINDS = ("run", "simulated", "said")
NOT_BUILT = "not built here; the map of the domains shows it as such"


@dataclass(frozen=True)
class Item:
    """One thing that the paper names. `at` are files or folders that do it, `tests` what proves it: files, folders, or
    single tests of a file."""

    id: str
    title: str
    kind: str
    how: str
    at: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()


def sections() -> dict[str, list[Item]]:
    """All items by the title of their section, in the paper's order."""
    content = tomllib.loads(FILE.read_text(encoding="utf-8"))
    by_title = {
        section.pop("title"): [
            Item(id, e["title"], e["kind"], e["how"], tuple(e.get("at", ())), tuple(e.get("tests", ())))
            for id, e in section.items()
        ]
        for section in content.values()
    }
    first, *others = by_title.items()
    return dict([first, ("Capabilities", list(_capabilities())), *others])


def items() -> dict[str, Item]:
    """All items by id."""
    return {item.id: item for section in sections().values() for item in section}


def _capabilities() -> Iterator[Item]:
    """A point that several services have is proved by each."""
    claims: dict[str, list[tuple[str, str, bool]]] = {}
    for name, service in capabilities.services().items():
        for cover in service.covers:
            for point, how in cover.wholly.items():
                claims.setdefault(point, []).append((name, how, True))
            for point, how in cover.partly.items():
                claims.setdefault(point, []).append((name, how, False))
    for group in capabilities.capabilities().values():
        for point, title in group.points.items():
            yield _capability(point, f"{group.title}: {title}", claims.get(point, []))


def _capability(point: str, title: str, claims: list[tuple[str, str, bool]]) -> Item:
    if not claims:
        return Item(point, title, TEXT_ONLY, NOT_BUILT)
    how = "; ".join(f"{how}" if wholly else f"in part: {how}" for _, how, wholly in claims)
    names = list(dict.fromkeys(name for name, _, _ in claims))
    handlers = tuple(f"shoplib/services/{name}/handler.py" for name in names)
    return Item(point, title, RUN, how, handlers, tuple(test for name in names for test in _tests_of(name)))


def _is_part(file: Path, service: str) -> bool:
    """Whether it is one of several files of tests of a service, as `events/test_support_tickets.py`."""
    return file.parent.name in ("events", "shop") and file.stem.startswith(f"test_{service}_")


def _tests_of(service: str) -> list[str]:
    """Its events with their answers, else the files of tests that have its name, or name it."""
    events = f"tests/events/{service}"
    if (ROOT / events).is_dir():
        return [events]
    files = sorted((ROOT / "tests").rglob("test_*.py"))
    names = {f"test_{prefix}{name}" for prefix in ("", "shop_") for name in (service, service.removesuffix("s"))}
    by_name = [file for file in files if file.stem in names or _is_part(file, service)]
    chosen = by_name or [file for file in files if f"services.{service}" in file.read_text(encoding="utf-8")]
    return [file.relative_to(ROOT).as_posix() for file in chosen]
