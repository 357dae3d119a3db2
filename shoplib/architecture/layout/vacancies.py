"""Where nodes stand that no edge touches: on the free places of their lane, in reading order."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import count

from shoplib.architecture.layout.columns import ACROSS
from shoplib.architecture.model import Model


def lane_columns(model: Model, columns: Mapping[str, int]) -> range:
    """The columns that lanes may use: as far as the others reach, or as far as a narrow page does."""
    inside = [columns[node.id] for node in model.nodes if node.group and node.id in columns]
    first = min(inside, default=1 if columns else 0)
    return range(first, max([first + ACROSS - 1, *inside]) + 1)


def fill(
    ids: Sequence[str], rows: Mapping[str, int], columns: Mapping[str, int], across: range
) -> dict[str, tuple[int, int]]:
    """Column and row for each of `ids`; `rows` has the row of those in the lane that stand already."""
    return dict(zip(ids, _free(rows, columns, across), strict=False))


def _free(rows: Mapping[str, int], columns: Mapping[str, int], across: range) -> Iterator[tuple[int, int]]:
    """Places to the right of what stands in a row, where no line leads to, then rows of their own."""
    for row in count():
        last = max((columns[id] for id, other in rows.items() if other == row), default=across.start - 1)
        yield from ((column, row) for column in across if column > last)
