"""The page: worlds with key figures, proofs, chapters and the data quality box."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment
from markupsafe import Markup

from shoplib import themed_svg, whole_files
from shoplib.analytics.charts.palette import SCHEMES
from shoplib.analytics.charts.picture import picture
from shoplib.analytics.clean import Cleaned
from shoplib.analytics.loading.loaded import Provenance
from shoplib.analytics.places import Place, open_lake
from shoplib.analytics.report import behaviour, customers, sales
from shoplib.analytics.report.figures import SALES_OF, Box, boxes
from shoplib.analytics.report.parts import LeftOut, Part, Piece, cell, is_number
from shoplib.analytics.report.quality import first_names, quality
from shoplib.analytics.report.worlds import CHANNELS, World, worlds
from shoplib.analytics.sales import totals
from shoplib.analytics.scan import count_malformed
from shoplib.analytics.sessions import sessions
from shoplib.core.lake import quarantine as set_aside

# (claim, whether it held, what was seen)
Proof = tuple[str, bool, str]
# What `clean` and the chapters look at: reading no more halves the time and takes a third off the memory.
COLUMNS = (
    *("event_id", "event_time", "event_name", "channel", "user_id", "anonymous_id", "user_agent", "ingest_time"),
    *("device", "source", "country", "product_id", "product_name", "category"),
    *("order_id", "order_line", "value_minor", "quantity", "currency"),
)


@dataclass(frozen=True)
class Chapter:
    """`nothing` is shown if there are no parts."""

    heading: str
    nothing: str
    pieces: list[Piece]

    @property
    def parts(self) -> list[Part]:
        return [piece for piece in self.pieces if isinstance(piece, Part)]

    @property
    def omissions(self) -> list[LeftOut]:
        return [piece for piece in self.pieces if isinstance(piece, LeftOut)]


@dataclass(frozen=True)
class Report:
    """The content of a page: key figures of each world, `settled` (a table of the outcomes of accepted orders), proofs,
    chapters, and `quality_counts`: rows of the data quality box. `links` are files next to the page, by name.
    """

    title: str
    boxes: list[Box]
    chapters: list[Chapter]
    quality_counts: list[tuple[str, int]]
    notes: list[str]
    proofs: Sequence[Proof] = ()
    settled: pd.DataFrame | None = None
    provenance: Provenance | None = None
    links: Mapping[str, str] = field(default_factory=dict)
    zone: str = "UTC"
    worlds: Sequence[World] = ()

    @property
    def has_sales(self) -> bool:
        """Whether there are any sales."""
        return any(box.name.startswith(SALES_OF) for box in self.boxes)

    def totals(self) -> dict[str, Any]:
        """`sales`: the totals of each world with its name and currency, and those of all worlds if they share one
        currency.
        """
        sales = [{"name": each.name, "currency": each.currency, **totals(each.lines)} for each in self.worlds]
        whole = pd.concat([each.lines for each in self.worlds]) if self.worlds else None
        one = whole is not None and whole.currency.nunique() < 2
        return {**(totals(whole) if one else {}), "sales": sales}

    def tables(self) -> dict[str, pd.DataFrame]:
        """Every complete table behind the page, by file name."""
        figures = pd.DataFrame([(box.name, *each) for box in self.boxes for each in box.figures])
        figures.columns = pd.Index(["world", "figure", "value"][: len(figures.columns)])
        parts = {part.name: part.table for chapter in self.chapters for part in chapter.parts}
        counts = pd.DataFrame(self.quality_counts, columns=["what", "count"])
        own = {"settled_orders": self.settled} if self.settled is not None else {}
        return {"key_figures": figures, **own, **parts, "data_quality": counts}

    def save(self, path: Path) -> Path:
        template = (files("shoplib.analytics.report") / "page.html.j2").read_text(encoding="utf-8")
        page = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(template)
        created = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
        tools: dict[str, Any] = {"rows": rows, "cell": cell, "variables": partial(themed_svg.variables, SCHEMES)}
        tools["chart"] = lambda part: Markup(picture(part.chart))
        return whole_files.write(path, page.render(report=self, made=created, **tools))


def make(
    cleaned: Cleaned,
    title: str = "Shop report",
    proofs: Sequence[Proof] = (),
    noted: Mapping[str, int] | None = None,
    provenance: Provenance | None = None,
    *,
    sources: Mapping[str, str] | None = None,
    settled: pd.DataFrame | None = None,
    links: Mapping[str, str] | None = None,
) -> Report:
    """The report of cleaned events.

    Sales of different channels and currencies are separate worlds, never added up; `sources` describes the events of a
    channel ({"import": "orders.csv"}). The data quality box has what cleaning left out, `noted` (further counts by
    name, such as those of `quarantine`) and `provenance` (what of a file was used, ignored, assumed and rejected).
    `settled`: the outcomes of accepted orders. `links`: files next to the page (name -> description).
    """
    names = {**CHANNELS, **(sources or {})}
    visits = sessions(cleaned.events)
    each_world, unreported = worlds(cleaned.events, names)
    counts, notes = quality(cleaned, noted or {}, each_world, provenance)
    chapters = _chapters(cleaned.events, visits, each_world, names["web"])
    figures = boxes(visits, each_world, names["web"])
    zone = str(cleaned.events.event_time.dt.tz)
    return Report(
        title, figures, chapters, counts, unreported + notes, proofs, settled, provenance, links or {}, zone, each_world
    )


def write(cleaned: Cleaned, path: Path, title: str = "Shop report", *rest: Any, **more: Any) -> Path:
    """Write the report of cleaned events to `path`; arguments as of `make`."""
    return make(cleaned, title, *rest, **more).save(path)


def _chapters(events: pd.DataFrame, visits: pd.DataFrame, each_world: list[World], visitors: str) -> list[Chapter]:
    """The chapters: visits first if there are any, otherwise sales first."""
    behave = Chapter(
        "Behaviour",
        "There are no sessions: the data has only sales.",
        list(behaviour.chapter(events, visits, visitors)),
    )
    sold = [piece for world in each_world for piece in sales.chapter(world)]
    of_customers = [piece for world in each_world for piece in customers.chapter(world)]
    rest = [
        Chapter("Sales", "There are no purchases.", sold),
        Chapter("Customers and baskets", "There are no purchases, so no customers and no baskets.", of_customers),
    ]
    return [behave, *rest] if len(visits) else [*rest, behave]


def rows(table: pd.DataFrame) -> dict[str, Any]:
    """A table for the page: columns (name, whether numeric), and rows of text."""
    numbers = [all(is_number(value) for value in table[column]) for column in table.columns]
    names = [str(name).replace("_", " ") for name in table.columns]
    lines = [[cell(value) for value in row] for row in table.itertuples(index=False)]
    return {"columns": list(zip(names, numbers, strict=True)), "rows": lines}


def quarantine(place: Place) -> dict[str, int]:
    """The number of malformed records of a lake, and of objects that compaction could not read, for `noted`."""
    noted = {"malformed, in quarantine": sum(count_malformed(place).values())}
    aside = set_aside.keys(open_lake(place).objects)
    return noted | ({f"objects that cannot be read, in quarantine ({first_names(aside)})": len(aside)} if aside else {})
