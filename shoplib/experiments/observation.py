"""The result of an experiment: facts, a timeline, and the picture of the run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any

from shoplib.architecture import Live, Model
from shoplib.experiments import timeline
from shoplib.experiments.timeline import Level, Mark

if TYPE_CHECKING:
    from shoplib.analytics.charts import Chart


MOST_UNFOLDED = 8  # nodes of a picture that is small


@dataclass(frozen=True)
class Observation:
    """Read a fact by name: `seen["receives"]`. Displays facts, plot and picture in a notebook."""

    finding: str
    facts: Mapping[str, Any]
    marks: Sequence[Mark] = ()
    levels: Sequence[Level] = ()
    picture: Live | None = field(default=None, repr=False)
    axis: str = timeline.TIME

    def __getitem__(self, name: str) -> Any:
        return self.facts[name]

    @cached_property
    def chart(self) -> "Chart":
        """Return the timeline."""
        return timeline.draw(self.finding, self.marks, self.levels, self.axis)

    @property
    def failing(self) -> list[str]:
        """Return the connections that are red in the picture: those that failed or are not declared."""
        if self.picture is None:
            return []
        verdicts = [each for each in self.picture.verdicts if self.picture.edge_labels.look(each.edge)]
        bad = [each.edge for each in verdicts if self.picture.edge_labels.look(each.edge).role == "fault"]  # type: ignore[union-attr]
        return [f"{edge.source} -> {edge.target}" for edge in bad]

    def __repr__(self) -> str:
        return "\n".join([self.finding, *(f"  {name}: {value}" for name, value in self.facts.items())])

    def _repr_html_(self) -> str:
        rows = "".join(f"<tr><td>{escape(name)}</td><td>{escape(str(value))}</td></tr>" for name, value in self._rows())
        table = f"<details><summary>Figures</summary><table>{rows}</table></details>"
        drawn = self.picture._repr_html_() if self.picture else ""
        unfolded = " open" if self.picture and _is_readable(self.picture.model) else ""
        picture = f"<details{unfolded}><summary>The picture of this run</summary>{drawn}</details>" if drawn else ""
        return f"{self.chart._repr_html_()}{table}{picture}"

    def _rows(self) -> list[tuple[str, Any]]:
        return [(name.replace("_", " "), value) for name, value in self.facts.items()]


def _is_readable(model: Model) -> bool:
    """Whether a picture is shown without being asked for: it is small, and something is connected in it."""
    return bool(model.edges) and len(model.nodes) <= MOST_UNFOLDED
