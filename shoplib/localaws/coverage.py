"""`python -m shoplib.localaws.coverage` writes docs/coverage.md: the tables from the code that decides what is refused,
the rest from docs/coverage.in.md, where people write."""

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from shoplib import whole_files
from shoplib.localaws.available_services import SIGNED_AS
from shoplib.localaws.cloudformation.property_support import TypeSupport, support_by_type

DOCS = Path(__file__).parents[2] / "docs"
PAGE, TEMPLATE = DOCS / "coverage.md", DOCS / "coverage.in.md"
# What a running engine answered when each operation was called (tests/cloud/test_all_operations.py).
OPERATIONS = Path(__file__).parent / "operations.toml"
DESTINATIONS = "API destinations"
OWN_SERVICES = {"shoplib", "execute-api"}  # the engine's own, and APIs that users deploy


def operations_by_service() -> dict[str, Any]:
    """How many operations a service of AWS has, by boto3's name of it, and which of them are refused by name."""
    return tomllib.loads(OPERATIONS.read_text(encoding="utf-8"))


def page() -> str:
    text = TEMPLATE.read_text(encoding="utf-8")
    for name, content in _contents().items():
        text = text.replace(f"{{{name}}}", content)
    return text


def _contents() -> dict[str, str]:
    support = support_by_type()
    return {
        "services": ", ".join(f"`{name}`" for name in sorted(SIGNED_AS - OWN_SERVICES)),
        "types": _types(name for name, each in support.items() if each.supported),
        "kept": _types(name for name, each in support.items() if each.no_effect and not each.supported),
        "reach": "\n".join(f"| {start} | {', '.join(ends)} |" for start, ends in _reach().items()),
        "operations": _operations(),
        "properties": _properties(support),
    }


def _types(names: Iterable[str]) -> str:
    by_service: dict[str, list[str]] = defaultdict(list)
    for name in sorted(names):
        _, service, kind = name.split("::", 2)
        by_service[service].append(kind)
    rows = [f"| {service} | {', '.join(kinds)} |" for service, kinds in sorted(by_service.items())]
    return "\n".join(["| service | types |", "|---|---|", *rows])


def _properties(support: Mapping[str, TypeSupport]) -> str:
    rows = [
        f"| {name} | {_paths(each.supported)} | {_paths(each.no_effect)} | {_paths(each.unsupported)} |"
        for name, each in sorted(support.items())
    ]
    return "\n".join(["| type | as on AWS | without effect | refused |", "|---|---|---|---|", *rows])


def _operations() -> str:
    rows = [_operation_row(name, **each) for name, each in operations_by_service().items()]
    return "\n".join(["| service | answered | refused by name |", "|---|---|---|", *rows])


def _operation_row(service: str, operations: int, refused: list[str]) -> str:
    return f"| {service} | {operations - len(refused)} of {operations} | {', '.join(refused)} |"


def _paths(paths: Iterable[str]) -> str:
    return ", ".join(paths)


def _reach() -> dict[str, list[str]]:
    from shoplib.localaws.event_sources.role_rules import READING
    from shoplib.localaws.notifications.targets import OF_SCHEDULES, SERVICES
    from shoplib.localaws.pipes.pipe_mapping import SOURCES
    from shoplib.localaws.pipes.targets import WAYS
    from shoplib.localaws.state_machines.integrations.supported import OPTIMIZED

    return {
        "event source mappings": sorted(READING),
        "sources of pipes": sorted(SOURCES),
        "targets of pipes": sorted([*WAYS, DESTINATIONS]),
        "targets of rules": sorted([*SERVICES, DESTINATIONS]),
        "targets of schedules": sorted(OF_SCHEDULES),
        "tasks of state machines": sorted(_tasks(OPTIMIZED)),
    }


def _tasks(optimized: Mapping[str, Mapping[str, tuple[str, ...]]]) -> Iterable[str]:
    for service, operations in optimized.items():
        for operation, ways in operations.items():
            waits = [f"`.{way}`" for way in ways if way]
            yield f"`{service}:{operation}`" + (f" ({', '.join(waits)})" if waits else "")


def main() -> None:
    whole_files.write(PAGE, page())


if __name__ == "__main__":
    main()
