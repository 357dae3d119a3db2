"""One order's journey through the system, from recorded calls: a player in a notebook, a file, a table.

from shoplib.architecture import journey
journey.follow(picture, ids, rows, "4f870c63-6519-556c-a5dc-bac69f16c180").save("journey.html")
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shoplib import whole_files
from shoplib.architecture.identity import Ids
from shoplib.architecture.journey import trace_correlation
from shoplib.architecture.journey.calls import read
from shoplib.architecture.journey.steps import Step, steps_of
from shoplib.architecture.model import Model
from shoplib.architecture.picture import Picture
from shoplib.errors import LabError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Journey", "Step", "follow"]

COLUMNS = (
    *("step", "at_ms", "source", "target", "edge", "operation", "ms", "error", "hop", "waited_ms", "trace", "note"),
    *("payload", "answer"),
)


class Journey:
    """The journey of `start` through a picture. `calls` are the steps as objects, `steps` as a table."""

    def __init__(self, picture: Picture, start: str, calls: tuple[Step, ...]) -> None:
        self.picture, self.start, self.calls = picture, start, calls

    @property
    def steps(self) -> "pd.DataFrame":
        """One row per step, oldest first; `edge` is the kind of the connection, or "used, not declared"."""
        import pandas as pd

        rows = [
            {**vars(step), "step": step.number, "edge": step.edge[2] if step.edge else "used, not declared"}
            for step in self.calls
        ]
        return pd.DataFrame(rows, columns=COLUMNS)

    def html(self) -> str:
        """Return the player as a self-contained HTML document."""
        from shoplib.architecture.journey.player import document

        return document(self.picture, self.start, self.calls)

    def save(self, path: str | Path) -> Path:
        """Write the player into one HTML file."""
        path = Path(path)
        if path.suffix not in (".html", ".htm"):
            raise LabError(f"{path.name}: a journey is written as HTML", "use a name that ends in .html")
        path.parent.mkdir(parents=True, exist_ok=True)
        return whole_files.write(path, self.html())

    def _repr_html_(self) -> str:
        from shoplib.architecture.journey.player import fragment

        return fragment(self.picture, self.start, self.calls)

    def __repr__(self) -> str:
        last = max(step.at_ms + (step.ms or 0.0) for step in self.calls)
        return f"<Journey of {self.start!r}: {len(self.calls)} steps in {last:,.0f} ms>"


def follow(seen: Model | Picture, ids: Ids, rows: Iterable[Mapping[str, Any]], start: str) -> Journey:
    """Return the journey of `start` through recorded calls: a trace id, or any text that identifies one thing.

    `ids` says which node a service's resource is ("sqs:orders"). LabError when no call belongs to it, or none is in the
    picture."""
    picture = (seen if isinstance(seen, Picture) else Picture(seen)).unfold()
    records = trace_correlation.follow(map(read, rows), start)
    calls = steps_of(records, picture.model, ids)
    if not calls:
        raise LabError(
            f"{len(records):,} recorded calls belong to {start}, none of them between resources of this picture",
            "choose the stacks that it went through; `shoplib diagrams --deployed` draws what is deployed",
        )
    return Journey(picture, start.strip(), calls)
