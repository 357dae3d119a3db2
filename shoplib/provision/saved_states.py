"""Save and restore states of the local AWS."""

from typing import Any

from shoplib.errors import LabError
from shoplib.provision.target import Target

PATH, KEEP = "/_aws/snapshots/", "/_aws/keep"


def save_state(name: str, place: Target) -> dict[str, Any]:
    """Save the full state of the local AWS; return the saved state's metadata."""
    return _ask(place, "PUT", PATH + name)


def load_state(name: str, place: Target) -> dict[str, Any]:
    """Restore a saved state, replacing the current one."""
    return _ask(place, "POST", PATH + name)


def keep_state(place: Target, restore: bool) -> dict[str, Any] | None:
    """Make the engine save its state when it stops; with `restore`, first restore the state saved by the last one."""
    restored: dict[str, Any] | None = _ask(place, "PUT", f"{KEEP}?restore=1" if restore else KEEP)["kept"]
    return restored


def _ask(place: Target, method: str, path: str) -> dict[str, Any]:
    answer: dict[str, Any] | None = None if place.is_real else place.ask(path, method)
    if answer is None:
        raise LabError(f"{place.banner} cannot save its state", "only the local AWS can")
    if "refusal" in answer:
        raise LabError(answer["refusal"], answer["advice"])
    return answer
