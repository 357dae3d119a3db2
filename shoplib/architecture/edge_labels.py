"""The labels of edges: the verbs of the template, or the figures of a run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from shoplib.architecture import labels
from shoplib.architecture.model import Edge

Key = tuple[str, str, str]


@dataclass(frozen=True)
class Look:
    """How a line looks that is unlike others of its kind. `role` is a colour of the theme."""

    role: str = "line"
    width: float = 1.6
    dashes: tuple[float, float] | None = None


class EdgeLabels(Protocol):
    """`legend` has the looks that need a word, `rows` is how many lines a label may have where several lines arrive."""

    legend: Sequence[tuple[Look, str]]
    rows: int

    def lines(self, edges: Sequence[Edge], count: int) -> tuple[str, ...]:
        """The label of edges that arrive together, in at most `count` lines."""

    def describe(self, edge: Edge) -> str:
        """Return the edge in words, for the caption and for screen readers."""

    def look(self, edge: Edge) -> Look | None:
        """None: as its kind looks."""

    def over(self, originals: Mapping[Key, Sequence[Edge]]) -> "EdgeLabels":
        """Return the labels of edges that stand for several each: by the key of such an edge those that it means."""


class Declared:
    """What the template says: the verbs."""

    legend: Sequence[tuple[Look, str]] = ()
    rows = 1

    def lines(self, edges: Sequence[Edge], count: int) -> tuple[str, ...]:
        return labels.lines(edges[0], count)

    def describe(self, edge: Edge) -> str:
        return edge.description

    def look(self, edge: Edge) -> Look | None:
        return None

    def over(self, originals: Mapping[Key, Sequence[Edge]]) -> "Declared":
        return self
