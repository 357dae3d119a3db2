"""The main job, stage by stage."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pandas as pd

from shoplib import analytics, architecture, provision
from shoplib.analytics.report import Report
from shoplib.demo import ledger, page, proofs
from shoplib.demo.proofs import Proof
from shoplib.demo.settled import IMPORT, WEB, settled_orders
from shoplib.lab import Lab
from shoplib.shoppers import afterwards, contents, replay, seed, visits
from shoplib.shoppers.online_retail import Source
from shoplib.shoppers.visits import Outcome

DRAIN_SECONDS = 3_600.0
SOURCES = {"web": WEB, "import": IMPORT}
PICTURES = {"live.svg": "the run in a picture", "journey.html": "one order's way through it"}

# Reports a stage of the work: (what is going on, done, of how many); of = 0 where nobody can know.
Show = Callable[[str, int, int], None]
Stage = Callable[[str], AbstractContextManager[Show]]


@dataclass(frozen=True)
class Result:
    """What a run came to. `cleaned` is the cleaned lake, `settled` what became of its orders, `noted` what was counted
    besides, `seen` the picture of the calls that were made; the report is written at `report` by `write_report`,
    `page` is the address of the shop's page."""

    outcome: Outcome
    imported_orders: int
    proofs: list[Proof]
    cleaned: analytics.Cleaned
    settled: pd.DataFrame
    noted: dict[str, int]
    report: Path
    seen: architecture.Live
    page: str

    @property
    def ok(self) -> bool:
        return all(proof.ok for proof in self.proofs)

    @property
    def events(self) -> pd.DataFrame:
        """The cleaned lake."""
        return self.cleaned.events


def run(
    lab: Lab, source: Source | None, *, orders: int | None, sessions: int, seed_number: int, report: Path, stage: Stage
) -> Result:
    """Deploy the shop on `lab`, use it, wait until it rests, and prove. `write_report` comes after the pictures that it
    links to.

    `orders` invoices of `source` are replayed (None: all); without a source simulated shoppers come alone.
    """
    with stage(f"deploying {len(provision.pattern_names())} patterns") as show:
        provision.deploy_patterns(provision.pattern_names(), lab.target, show)
    with stage("filling the shelves") as show:
        seed.fill_the_shelves(lab)
        contents.load(lab)
        if source:
            seed.set_stock(lab, replay.stock_for(source, orders))
    before = ledger.read(lab)
    with stage("shoppers browse and buy over HTTP") as show:
        progress = _VisitProgress(show, sessions)
        progress.leave(0)
        outcome = visits.simulate(lab, sessions, seed_number, progress.leave, progress.step)
    if source:
        with stage("replaying real invoices as orders") as show:
            replay.as_orders(lab, source, orders, _counter(show, source.invoices(orders).InvoiceNo.nunique()))
    drain(lab, stage)
    with stage("orders live on: cancelled, packed, delivered, sent back") as show:
        afterwards.live_on(lab, outcome, seed_number)
    drain(lab, stage)
    with stage("proving") as show:
        cleaned = analytics.clean(analytics.read_events(lab))
        run_facts = _facts(source, orders, outcome, before, ledger.read(lab))
        seen = architecture.from_run(lab.target)
        proven = proofs.prove(lab, run_facts, cleaned.events, seen)
        settled = settled_orders(run_facts, cleaned.events)
        noted = analytics.report.quarantine(lab)
    return Result(
        outcome, len(run_facts.imported_orders), proven, cleaned, settled, noted, report, seen, page.address(lab)
    )


def write_report(result: Result, files: list[Path]) -> Path:
    """The report of a run, with links to those of `files` that lie beside it."""
    beside = {name: what for name, what in PICTURES.items() if result.report.with_name(name) in files}
    return analytics.report.write(
        result.cleaned,
        result.report,
        proofs=[(proof.claim, proof.ok, proof.detail) for proof in result.proofs],
        noted=result.noted,
        settled=result.settled,
        sources=SOURCES,
        links=beside,
    )


def replay_only(lab: Lab, source: Source, how: str, orders: int | None, report: Path, stage: Stage) -> Report:
    """Replay invoices as orders or as events through what they need of the shop; answers the report."""
    with stage("deploying what the invoices need") as show:
        needed = provision.pattern_names() if how == "orders" else ("clickstream",)
        provision.deploy_patterns(needed, lab.target, show)
    if how == "orders":
        seed.set_stock(lab, replay.stock_for(source, orders))
    lines = source.invoices(orders)
    with stage(f"replaying invoices as {how}") as show:
        send = replay.as_orders if how == "orders" else replay.as_events
        total = lines.InvoiceNo.nunique() if how == "orders" else len(lines)
        send(lab, source, orders, _counter(show, total))
    drain(lab, stage)
    with stage("reading the lake and reporting"):
        cleaned = analytics.clean(analytics.read_events(lab))
        document = analytics.report.make(cleaned, noted=analytics.report.quarantine(lab), sources=SOURCES)
        document.save(report)
        return document


def draw(result: Result, out: Path) -> list[Path]:
    """Redraw the set into a folder as SVG, and what the run was like beside its report; answers the files."""
    return [
        *architecture.write(architecture.names(), out, (".svg",)),
        *result.seen.save_whole(result.report.with_name("live.svg")),
    ]


def follow_one(lab: Lab, result: Result) -> list[Path]:
    """The journey of the last order that a shopper placed, as a player beside the report. LabError when a long run made
    it forgotten."""
    file = result.report.with_name("journey.html")
    return [architecture.follow(lab.target, placed.order_id).save(file) for placed in result.outcome.placed[-1:]]


def drain(lab: Lab, stage: Stage) -> None:
    """Wait until queues and streams are read to their end."""
    with stage("waiting until queue and stream are drained") as show:
        first: list[int] = []

        def waiting(_text: str) -> None:
            remaining = sum(lab.pending().values())
            first.append(max(remaining, *first[-1:]) if first else remaining)
            show("", first[-1] - remaining, first[-1])

        lab.wait_until_drained(DRAIN_SECONDS, waiting)


def _counter(show: Show, total: int) -> Callable[[int], None]:
    done = 0

    def count(more: int) -> None:
        nonlocal done
        done += more
        show("", done, total)

    return count


@dataclass
class _VisitProgress:
    """Counts steps, too: the first shoppers take seconds before one of them leaves, while functions start."""

    show: Show
    sessions: int
    left: int = 0
    steps: int = 0

    def leave(self, more: int) -> None:
        self.left += more
        self._report()

    def step(self, _name: str) -> None:
        self.steps += 1
        self._report()

    def _report(self) -> None:
        self.show(f"{self.steps:,} steps", self.left, self.sessions)


def _facts(
    source: Source | None, orders: int | None, outcome: Outcome, before: ledger.Ledger, after: ledger.Ledger
) -> proofs.Run:
    lines = source.invoices(orders) if source else None
    return proofs.Run(
        web_orders={placed.order_id for placed in outcome.placed},
        imported_orders=set(lines.InvoiceNo) if lines is not None else set(),
        imported_lines=len(lines) if lines is not None else 0,
        imported_minor=Decimal(int((lines.Quantity * lines.mills).sum())) / 10 if lines is not None else Decimal(0),
        before=before,
        after=after,
        sessions=outcome.sessions,
        steps=outcome.steps,
    )
