"""The one error that the lab's tools raise for a mistake the user can mend, and the name that was probably meant."""

import difflib
from collections.abc import Iterable, Sequence


class LabError(Exception):
    """`what` went wrong (and where), and what to do `next`; the CLI prints both and exits 1 without a traceback."""

    def __init__(self, what: str, next: str = "") -> None:
        super().__init__(what + (f"\n{next}" if next else ""))
        self.what = what
        self.next = next


def suggest(name: str, known: Iterable[str], most: int = 1) -> str:
    """`did you mean X?` of the nearest known names; empty when none is near."""
    return did_you_mean(nearest(name, known, most))


def with_suggestion(text: str, name: str, known: Iterable[str], most: int = 1) -> str:
    """`text; did you mean X?`, or the text alone."""
    return "; ".join(filter(None, (text, suggest(name, known, most))))


def did_you_mean(names: Sequence[str]) -> str:
    return f"did you mean {' or '.join(names)}?" if names else ""


def nearest(name: str, known: Iterable[str], most: int = 1) -> list[str]:
    """The known names that are spelt almost like this one, or alike but for the letters' case; the nearest first."""
    by_lower_case = {each.lower(): each for each in sorted(known)}
    return [by_lower_case[each] for each in difflib.get_close_matches(name.lower(), by_lower_case, most)]
