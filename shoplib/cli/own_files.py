"""Options of commands that read a user's own file: everything that `load_events` and `load_orders` take."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import typer

from shoplib.errors import LabError

COLUMN = typer.Option(
    [],
    "--column",
    help='Map a column of yours to ours: event_time="Purchased At"; category= leaves it out. Repeatable.',
)
CONSTANT = typer.Option([], "--constant", help="Use one value for every row: currency=EUR. Repeatable.")
EVENT_NAME = typer.Option(
    [], "--event-name", help='Map an event name of yours to ours: purchase="Order Completed". Repeatable.'
)
TZ = typer.Option(
    None, "--tz", help="Time zone for times without one, and for days, weeks and months, such as Europe/Berlin."
)
DAY_FIRST = typer.Option(
    None, "--day-first/--month-first", help="Read 02/03/2026 as 2 March (day first) or 3 February (month first)."
)
DECIMAL = typer.Option(None, "--decimal", help='Decimal separator: "." or ",".')
DELIMITER = typer.Option(None, "--delimiter", help='Field separator: ",", ";", "|" or tab.')
ENCODING = typer.Option(None, "--encoding", help="Encoding of text files, such as utf-8 or cp1252.")
SHEET = typer.Option(None, "--sheet", help="Sheet of a workbook; by default the one with the most rows.")
CURRENCY = typer.Option(None, "--currency", help="Currency of the report; amounts in another currency need a --rate.")
RATE = typer.Option([], "--rate", help="Exchange rate into --currency, such as USD=0.92. Repeatable.")
GAP = typer.Option(
    None, "--gap", help='A visit ends after this long without an event, such as "45 min". Default: 30 min.'
)
SESSIONS_FROM = typer.Option(None, "--sessions-from", help="Column with the visit's id.")
SAVE = typer.Option(
    False, "--save-mapping", help="Save these options next to the file, as FILE.toml, for the next time."
)


@dataclass(frozen=True)
class FileOptions:
    """How a file is read."""

    column: list[str] = COLUMN
    constant: list[str] = CONSTANT
    event_name: list[str] = EVENT_NAME
    tz: str = TZ
    day_first: bool = DAY_FIRST
    decimal: str = DECIMAL
    delimiter: str = DELIMITER
    encoding: str = ENCODING
    sheet: str = SHEET
    currency: str = CURRENCY
    rate: list[str] = RATE
    save_mapping: bool = SAVE

    def to_dict(self) -> dict[str, Any]:
        """As `load_events` takes them; those that were not given are left out."""
        options = {name: value for name, value in vars(self).items() if name != "save_mapping"}
        return to_load_options(time_zone=options.pop("tz"), **options)


@dataclass(frozen=True)
class VisitOptions(FileOptions):
    """The same, and what ends a visit."""

    gap: str = GAP
    sessions_from: str = SESSIONS_FROM


def to_load_options(**options: Any) -> dict[str, Any]:
    """Options as `load_events` takes them; those that were not given are left out."""
    from shoplib.analytics import Constant

    columns = {name: column or None for name, column in _pairs("--column", options.pop("column"))}
    constants = {name: Constant(value) for name, value in _pairs("--constant", options.pop("constant"))}
    names = {alias: name for name, alias in _pairs("--event-name", options.pop("event_name"))}
    rates = {code.upper(): _rate(rate) for code, rate in _pairs("--rate", options.pop("rate"))}
    delimiter = options.pop("delimiter")
    everything = {**options, "mapping": columns | constants, "event_names": names, "rates": rates}
    everything["delimiter"] = "\t" if delimiter in ("tab", "\\t") else delimiter
    return {name: value for name, value in everything.items() if value not in (None, {})}


def _pairs(option: str, texts: list[str]) -> list[tuple[str, str]]:
    pairs = [text.partition("=") for text in texts]
    if wrong := [text for text, (name, equals, _) in zip(texts, pairs, strict=True) if not (equals and name.strip())]:
        raise LabError(f"{option} {wrong[0]} is not NAME=VALUE", f'pass {option} name="value"')
    return [(name.strip(), value.strip()) for name, _, value in pairs]


def _rate(text: str) -> Decimal:
    try:
        rate = Decimal(text)
    except InvalidOperation:
        rate = Decimal(0)
    if not (rate.is_finite() and rate > 0):
        raise LabError(f"--rate {text} is not a valid rate", "pass --rate USD=0.92")
    return rate


def load(path: Path, orders: bool, options: dict[str, Any], save: bool) -> Any:
    """The file, read with what was kept beside it and, before that, with `options`. What was used, ignored, assumed and
    rejected goes to standard error, so that --json stays JSON."""
    import pyarrow as pa

    from shoplib import analytics

    # Arrow's own pools keep what they once had: a fifth of the memory of a large report.
    pa.set_memory_pool(pa.system_memory_pool())
    stored_options = analytics.load_options(path)
    if stored_options:
        typer.echo(f"options from {analytics.options_path(path)}", err=True)
    merged = _merge(stored_options, options)
    if orders and (odd := {"event_names", "gap", "sessions_from"} & set(options)):
        raise LabError(f"orders have no {', '.join(sorted(odd))}", "use --events for files with visits")
    applicable = {name: value for name, value in merged.items() if not orders or name not in _OF_VISITS}
    loaded = (analytics.load_orders if orders else analytics.load_events)(path, **applicable)
    typer.echo(loaded.report(), err=True)
    if save:
        typer.echo(f"kept in     {analytics.save_options(path, merged)}", err=True)
    if loaded.events.empty:
        raise LabError(f"no row of {path} could be used", "see the reasons above, and state the columns or formats")
    return loaded


_OF_VISITS = ("event_names", "gap", "sessions_from")


def _merge(stored_options: dict[str, Any], options: dict[str, Any]) -> dict[str, Any]:
    tables = {
        name: {**stored_options.get(name, {}), **options.get(name, {})} for name in ("mapping", "event_names", "rates")
    }
    return {**stored_options, **options, **{name: table for name, table in tables.items() if table}}


def are_orders(path: Path, kind: str | None, options: dict[str, Any]) -> bool:
    """Whether a file's rows are orders: as the option says, else when it has no column for an event's name."""
    from shoplib import analytics

    if kind:
        return kind == "orders"
    mapping = analytics.load_options(path).get("mapping", {})
    return not analytics.has_event_names(path, {**mapping, **options.get("mapping", {})}, options)
