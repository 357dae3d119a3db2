"""From grid and tracks to pixels: how high each row and gap is, how wide each column and gutter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from shoplib.architecture import labels
from shoplib.architecture.edge_labels import EdgeLabels
from shoplib.architecture.layout import columns as column_layout
from shoplib.architecture.layout import measures, nets, ports, routes, rows, tracks
from shoplib.architecture.layout.measures import ARROW, CELL_MIN, CELL_PAD, LANE_PAD, LANE_TITLE, ROW_PAD, TRACK
from shoplib.architecture.layout.nets import Net, Port
from shoplib.architecture.layout.ports import ICON, Extent
from shoplib.architecture.model import Model
from shoplib.architecture.resource_types import CLIENTS

BORDER = 16.0  # room for the frame of a lane before its first labels
RING = 5.0  # a frame stands so far from its icon


@dataclass
class Plan:
    """Everything decided on the grid, then the coordinates of rows, gaps, columns and gutters."""

    model: Model
    edge_labels: EdgeLabels
    columns: dict[str, int]
    rows: dict[str, int]
    lanes: list[tuple[str, int, int]]
    nets: Sequence[Net]
    routing: routes.Routing
    extents: dict[str, Extent]
    captions: dict[str, measures.Caption]
    middle: dict[int, float] = field(default_factory=dict)  # y of the icons' middle, by row
    gap: dict[int, float] = field(default_factory=dict)  # y of the first track, by gap
    frame: dict[str, tuple[float, float]] = field(default_factory=dict)  # y of top and bottom, by lane
    centre: dict[int, float] = field(default_factory=dict)  # x of the icons' middle, by column
    cell: dict[int, tuple[float, float]] = field(default_factory=dict)  # x of both sides, by column
    gutter: dict[int, tuple[float, float]] = field(default_factory=dict)  # x of first track and of the labels' start
    height: float = 0.0
    width: float = 0.0

    @property
    def first_column(self) -> int:
        """Where the frames of the lanes begin."""
        return min((self.columns[node.id] for node in self.model.nodes if node.group), default=0)

    def port_y(self, port: Port) -> float:
        return self.middle[port.row] + port.offset

    def gap_y(self, net: Net, gap: int) -> float:
        return self.gap[gap] + TRACK * self.routing.passages[net.step, gap].track

    def trunk_x(self, net: Net, gutter: int) -> float:
        return self.gutter[gutter][0] + TRACK * self.routing.trunks[net.step, gutter].track

    def body_width(self, id: str) -> float:
        return ICON + 2 * RING if self.extents[id].is_framed or self._is_external(id) else ICON

    def body_reach(self, id: str) -> tuple[float, float]:
        """How far the body reaches above and below the middle of the icon."""
        least = ICON / 2 + (RING if self._is_external(id) else 0)
        return max(least, self.extents[id].top), max(least, self.extents[id].bottom)

    def number_room(self, id: str) -> float:
        """Before a node's labels, for the number of lines that come together there."""
        return 21.0 if any(net.gathers and id in net.ins for net in self.nets) else 0.0

    def _is_external(self, id: str) -> bool:
        node = self.model.node(id)
        return node.external and node.type != CLIENTS


def make(model: Model, edge_labels: EdgeLabels, most: int | None = None) -> Plan:
    """A plan with at most `most` nodes of a lane above each other, placed at the very top."""
    columns = column_layout.assign(model, most)
    grid, lanes = rows.assign(model, columns)
    all_nets = nets.make(model, columns, grid)
    ports.place(all_nets, columns, grid, edge_labels)
    routing = routes.find(all_nets, columns, grid)
    tracks.part(routing)
    extents = ports.extents(all_nets, list(columns))
    captions = {node.id: measures.caption(node) for node in model.nodes}
    plan = Plan(model, edge_labels, columns, grid, lanes, all_nets, routing, extents, captions)
    place(plan, 0.0)
    return plan


def place(plan: Plan, top: float) -> None:
    """All coordinates, so that the first row begins below `top`."""
    _heights(plan, top, tracks.passages(plan.routing))
    _widths(plan, tracks.trunks(plan.routing, plan.port_y, plan.gap_y))


def _heights(plan: Plan, top: float, needed: Mapping[int, int]) -> None:
    starts = {first: lane for lane, first, _ in plan.lanes}
    ends = {end: lane for lane, _, end in plan.lanes}
    last = max(plan.rows.values(), default=-1)
    y = top
    for row in range(last + 2):
        y = _gap(plan, row, y, needed.get(row, 0), starts.get(row), ends.get(row))
        if row <= last:
            y = _row(plan, row, y)
    plan.height = y


def _gap(plan: Plan, gap: int, y: float, tracks_here: int, starting: str | None, ending: str | None) -> float:
    """Between two lanes lines run outside both frames. Returns where the next row begins."""
    if ending is not None:
        y += LANE_PAD
        plan.frame[ending] = (plan.frame[ending][0], y)
    plan.gap[gap] = y + TRACK
    y += TRACK * (tracks_here + 1) if tracks_here or gap else 0
    if starting is None:
        return y + (4 if tracks_here else 0)
    plan.frame[starting] = (y, y)
    titled = starting and len(plan.model.groups) > 1
    return y + (LANE_TITLE if titled else LANE_PAD if starting else 0)


def _row(plan: Plan, row: int, y: float) -> float:
    here = [id for id, other in plan.rows.items() if other == row]
    above = max(max(plan.extents[id].above, plan.body_reach(id)[0]) for id in here)
    plan.middle[row] = y + ROW_PAD + above
    texts = [plan.body_reach(id)[1] + plan.captions[id].height for id in here]
    below = max([*texts, *(plan.extents[id].below for id in here)])
    return plan.middle[row] + below


def _widths(plan: Plan, needed: Mapping[int, int]) -> None:
    last = max(plan.columns.values(), default=-1)
    x = measures.MARGIN - 6
    for column in range(-1, last + 1):
        if column >= 0:
            x = _column(plan, column, x)
        x = _gutter(plan, column, x, needed.get(column, 0))
    plan.width = x + measures.MARGIN - 6


def _column(plan: Plan, column: int, x: float) -> float:
    here = [id for id, other in plan.columns.items() if other == column]
    wide = max([CELL_MIN, *(plan.captions[id].width + 2 * CELL_PAD for id in here)])
    plan.cell[column] = (x, x + wide)
    plan.centre[column] = x + wide / 2
    return x + wide


def _gutter(plan: Plan, gutter: int, x: float, tracks_here: int) -> float:
    """Tracks first, then the labels of what arrives in the next column."""
    plan.gutter[gutter] = (x + TRACK, x)
    if tracks_here:
        x += TRACK * (tracks_here + 1)
    if gutter == plan.first_column - 1:
        x += BORDER
    plan.gutter[gutter] = (plan.gutter[gutter][0], x)
    return x + max(0.0, _label_room(plan, gutter + 1))


def _label_room(plan: Plan, column: int) -> float:
    """What the labels before a column need beyond the free part of its cells."""
    needs = [0.0]
    for net in plan.nets:
        for id, port in net.ins.items():
            if plan.columns[id] == column:
                needs.append(labels.span(port.lines) + 8 + plan.number_room(id) - _free(plan, id))
    return max(needs)


def _free(plan: Plan, id: str) -> float:
    """From the left side of a cell to the arrow."""
    here = [other for other, column in plan.columns.items() if column == plan.columns[id]]
    wide = max([CELL_MIN, *(plan.captions[other].width + 2 * CELL_PAD for other in here)])
    return (wide - plan.body_width(id)) / 2 - ARROW
