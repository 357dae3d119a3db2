"""The one error that the lab's tools raise for a mistake the user can mend."""


class LabError(Exception):
    """`what` went wrong (and where), and what to do `next`; the CLI prints both and exits 1 without a traceback."""

    def __init__(self, what: str, next: str = "") -> None:
        super().__init__(what + (f"\n{next}" if next else ""))
        self.what = what
        self.next = next
