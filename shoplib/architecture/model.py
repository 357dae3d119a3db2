"""What a picture says: nodes, and edges that each name their evidence. Pure data, no AWS and no drawing."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from shoplib.architecture.resource_types import CLIENTS

# How one resource comes to act on another, in the order in which a reader meets them.
KINDS = (
    "request", "authorize", "invoke", "event", "call", "failure", "reference",
    "transition", "synchronous", "asynchronous", "observed", "added", "removed",
)  # fmt: skip
TRANSITION = "transition"  # in pictures of states alone
OBSERVED, ADDED, REMOVED = KINDS[-3:]  # in the pictures of a run and of a change alone
SYNCHRONOUS, ASYNCHRONOUS = KINDS[
    -5:-3
]  # where what stands between is left out: the one waits for an answer, the other does not


@dataclass(frozen=True)
class Badge:
    """Something that belongs to a node and would only clutter as one of its own: `kind` is logs or alarm."""

    kind: str
    text: str


@dataclass(frozen=True)
class Signal:
    """What a run showed of a node besides its traffic; what `is_bad` asks for somebody. `detail` is for the caption."""

    text: str
    is_bad: bool = False
    detail: str = ""

    @property
    def in_full(self) -> str:
        return f"{self.text} ({self.detail})" if self.detail else self.text


@dataclass(frozen=True)
class Node:
    """A resource. `id` is its logical id; `settings` are the few that a reader asks for, the most telling first.

    `title` is for what has a number rather than a name."""

    id: str
    type: str
    group: str = ""
    settings: tuple[str, ...] = ()
    badges: tuple[Badge, ...] = ()
    external: bool = False
    title: str = ""
    signals: tuple[Signal, ...] = ()

    @property
    def name(self) -> str:
        return self.title or self.id.rpartition("/")[2]

    @property
    def is_in_trouble(self) -> bool:
        return any(signal.is_bad for signal in self.signals)

    @property
    def about(self) -> tuple[str, ...]:
        """All that is to be said of it, for captions."""
        signals = [signal.in_full for signal in self.signals]
        return (f"{self.id} ({self.type})", *self.settings, *signals, *(badge.text for badge in self.badges))

    @property
    def text_name(self) -> str:
        """How a sentence calls it: C3 Cart & checkout."""
        return f"{self.id} {self.title}" if self.title else self.id


@dataclass(frozen=True)
class Edge:
    """`source` acts on `target` with `verbs`; each of `evidence` names a place in the template that says so. Only what
    one of `filters` describes comes through, if there are any."""

    source: str
    target: str
    kind: str
    verbs: tuple[str, ...]
    evidence: tuple[str, ...]
    filters: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str, str]:
        return self.source, self.target, self.kind

    @property
    def description(self) -> str:
        return ", ".join((*self.verbs, *(f"only {text}" for text in self.filters)))

    @property
    def proof(self) -> str:
        """The evidence in words: each place once, with all that it says."""
        places: dict[str, list[str]] = {}
        for entry in self.evidence:
            place, _, texts = entry.partition(": ")
            places.setdefault(place, []).extend([texts] if texts else [])
        return "; ".join(f"{place}: {', '.join(texts)}" if texts else place for place, texts in places.items())


@dataclass(frozen=True)
class Group:
    """A lane of the picture: one template."""

    id: str
    title: str


@dataclass(frozen=True)
class Model:
    """An architecture. `source` names the templates, `resources` counts what they make, drawn or folded; `notes` say
    what of the templates could not be drawn. `listeners` are the rules that wait for own events on the default bus.
    `origin` is the whole of which this shows a part, or less of each."""

    title: str
    source: str
    resources: int
    groups: tuple[Group, ...]
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    summary: str = ""
    notes: tuple[str, ...] = ()
    listeners: tuple[str, ...] = field(default=(), compare=False)
    origin: "Model | None" = field(default=None, repr=False, compare=False)
    _by_id: Mapping[str, Node] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_id", {node.id: node for node in self.nodes})

    def has(self, id: str) -> bool:
        return id in self._by_id

    def node(self, id: str) -> Node:
        return self._by_id[id]

    @property
    def callers(self) -> str:
        """Id of the node from which requests come; empty when there is none."""
        return next((node.id for node in self.nodes if node.type == CLIENTS), "")

    @property
    def hash(self) -> str:
        """Eight hex digits that change with anything the picture says."""
        return hashlib.sha256((self.origin or self).to_json().encode()).hexdigest()[:8]

    def to_json(self) -> str:
        """One line per node and edge, so that a diff of two versions reads well."""
        head = {"title": self.title, "summary": self.summary, "source": self.source, "resources": self.resources}
        notes = {"notes": self.notes} if self.notes else {}
        lines = [f" {json.dumps(key)}: {_json(value)}" for key, value in {**head, **notes}.items()]
        lines += [f" {_json(key)}: [\n{_rows(rows)}\n ]" for key, rows in self._tables()]
        return "{\n" + ",\n".join(lines) + "\n}\n"

    def _tables(self) -> list[tuple[str, Iterable[Any]]]:
        return [("groups", self.groups), ("nodes", self.nodes), ("edges", self.edges)]


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _rows(rows: Iterable[Any]) -> str:
    return ",\n".join("  " + _json({key: value for key, value in asdict(row).items() if value}) for row in rows)


def from_json(text: str) -> Model:
    """The model of a `.model.json`. ValueError when the text is not one."""
    try:
        content = json.loads(text)
        nodes = tuple(_node(row) for row in content["nodes"])
        edges = tuple(
            Edge(**{**row, **{name: tuple(row.get(name, ())) for name in ("verbs", "evidence", "filters")}})
            for row in content["edges"]
        )
        groups = tuple(Group(**row) for row in content["groups"])
        notes = tuple(content.get("notes", ()))
        head = (content["title"], content["source"], content["resources"])
        return Model(*head, groups, nodes, edges, content["summary"], notes)
    except (KeyError, TypeError) as error:
        raise ValueError(f"not a model: {error!r}") from None


def _node(row: dict[str, Any]) -> Node:
    badges = tuple(Badge(**badge) for badge in row.get("badges", ()))
    signals = tuple(Signal(**signal) for signal in row.get("signals", ()))
    return Node(**{**row, "settings": tuple(row.get("settings", ())), "badges": badges, "signals": signals})


def merge_edges(edges: Iterable[Edge]) -> tuple[Edge, ...]:
    """One edge per source, target and kind, with all verbs and all evidence, in the order of first sight."""
    by_key: dict[tuple[str, str, str], Edge] = {}
    for edge in edges:
        seen = by_key.get(edge.key)
        if seen:
            # What one of them lets through, the others cannot keep out.
            filters = _united(seen.filters, edge.filters) if seen.filters and edge.filters else ()
            verbs, evidence = _united(seen.verbs, edge.verbs), _united(seen.evidence, edge.evidence)
            edge = replace(seen, verbs=verbs, evidence=evidence, filters=filters)
        by_key[edge.key] = edge
    return tuple(by_key.values())


def _united(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(first + second))
