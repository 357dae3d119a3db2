"""`python -m shoplib.teaching WHAT`: writes what is generated for teachers. `make` calls it."""

import sys
from collections.abc import Callable
from pathlib import Path

from shoplib.errors import LabError
from shoplib.teaching import coverage, handouts, overview


def _course() -> Path:
    from shoplib.teaching import course_pages  # needs Jupyter

    return course_pages.write()


WRITERS: dict[str, Callable[[], Path | list[Path]]] = {
    "coverage-matrix": coverage.write,
    "overview": overview.write,
    "handouts": handouts.write,
    "course": _course,
}


def main(names: list[str]) -> None:
    try:
        for name in names:
            print(WRITERS[name]())
    except LabError as error:
        sys.exit(f"error: {error.what}\n  next: {error.next}")


if __name__ == "__main__":
    main(sys.argv[1:])
