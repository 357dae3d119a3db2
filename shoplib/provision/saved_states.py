"""States of the local AWS: saved under a name, and put back."""

from typing import Any

from shoplib.errors import LabError
from shoplib.provision.target import Target

PATH, KEEP = "/_aws/snapshots/", "/_aws/keep"


def save_state(name: str, place: Target) -> dict[str, Any]:
    """Save everything that the local AWS has; answers what is known of the saved state."""
    return _ask(place, "PUT", PATH + name)


def load_state(name: str, place: Target) -> dict[str, Any]:
    """Have everything as it was saved; what came later is gone."""
    return _ask(place, "POST", PATH + name)


def keep_state(place: Target, restore: bool) -> dict[str, Any] | None:
    """Have the engine save its state when it ends; with `restore` begin with what the last such engine had."""
    restored: dict[str, Any] | None = _ask(place, "PUT", f"{KEEP}?restore=1" if restore else KEEP)["kept"]
    return restored


def _ask(place: Target, method: str, path: str) -> dict[str, Any]:
    answer: dict[str, Any] | None = None if place.is_real else place.ask(path, method)
    if answer is None:
        raise LabError(f"{place.banner} cannot save its state", "only the local AWS can")
    if "refusal" in answer:
        raise LabError(answer["refusal"], answer["advice"])
    return answer
