"""Options for reading files, and the TOML file next to them that stores the options."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import tomli_w

from shoplib.analytics import zones
from shoplib.analytics.loading.columns import Constant, Mapping_
from shoplib.errors import LabError

MARKS = (".", ",")


@dataclass(frozen=True)
class Options:
    """See `load_events`. `orders`: every row is a sale."""

    orders: bool = False
    mapping: Mapping_ | None = None
    event_names: Mapping[str, str] | None = None
    time_zone: str = "UTC"
    day_first: bool | None = None
    currency: str | None = None
    rates: Mapping[str, Decimal] | None = None
    decimal: str | None = None
    delimiter: str | None = None
    encoding: str | None = None
    sheet: str | None = None
    sessions_from: str | None = None
    gap: str | None = None

    def __post_init__(self) -> None:
        zones.zone(self.time_zone)
        if self.decimal is not None and self.decimal not in MARKS:
            raise LabError(f"decimal={self.decimal!r} is not a decimal separator", 'say "." or ","')
        if self.delimiter is not None and len(self.delimiter) != 1:
            raise LabError(f"delimiter={self.delimiter!r} is not one character", 'say ",", ";", "|" or a tab')


# Beside orders.csv.
SUFFIX = ".toml"
# `columns` that are kept out.
NONE = ""
PLAIN = ("time_zone", "day_first", "currency", "decimal", "delimiter", "encoding", "sheet", "sessions_from", "gap")
COMMENT = "# How `shoplib` reads {name}; options of the command line go before these.\n"


def options_path(source: Path) -> Path:
    """The path of the options file of a file, folder or pattern."""
    return source.with_name(source.name.replace("*", "_") + SUFFIX)


def save_options(source: Path, options: Mapping[str, Any]) -> Path:
    """Write the given options (those of `load_events`) next to the file."""
    settings: dict[str, Any] = {name: options[name] for name in PLAIN if options.get(name) is not None}
    for name, table in (("column", _columns(options)), ("constant", _constants(options))):
        settings |= {name: table} if table else {}
    if names := options.get("event_names"):
        settings["event_name"] = _aliases(names)
    if rates := options.get("rates"):
        settings["rate"] = {code: str(rate) for code, rate in rates.items()}
    path = options_path(source)
    path.write_text(COMMENT.format(name=source.name) + tomli_w.dumps(settings), encoding="utf-8")
    return path


def _aliases(names: Mapping[str, str]) -> dict[str, list[str]]:
    aliases: dict[str, list[str]] = {}
    for alias, name in names.items():
        aliases.setdefault(name, []).append(alias)
    return aliases


def _columns(options: Mapping[str, Any]) -> dict[str, str]:
    mapping = options.get("mapping") or {}
    return {field: column or NONE for field, column in mapping.items() if column is None or isinstance(column, str)}


def _constants(options: Mapping[str, Any]) -> dict[str, str]:
    mapping = options.get("mapping") or {}
    return {field: str(column.value) for field, column in mapping.items() if isinstance(column, Constant)}


def load_options(source: Path) -> dict[str, Any]:
    """The options stored next to the file, as arguments of `load_events`; empty if there are none. LabError for an
    invalid options file.
    """
    path = options_path(source)
    if not path.is_file():
        return {}
    try:
        settings = tomllib.loads(path.read_text(encoding="utf-8"))
        return _decode(settings, path)
    except (tomllib.TOMLDecodeError, UnicodeError, AttributeError, TypeError, InvalidOperation) as error:
        raise LabError(f"{path} cannot be read: {error}", "fix or remove it; --save-mapping writes a new one") from None


def _decode(settings: dict[str, Any], path: Path) -> dict[str, Any]:
    tables = ("column", "constant", "event_name", "rate")
    if odd := set(settings) - {*PLAIN, *tables}:
        raise LabError(
            f"{path} says {', '.join(sorted(odd))}, which are unknown options", f"known: {', '.join((*PLAIN, *tables))}"
        )
    options = {name: settings[name] for name in PLAIN if name in settings}
    constants = {field: Constant(value) for field, value in settings.get("constant", {}).items()}
    columns = {field: column or None for field, column in settings.get("column", {}).items()}
    if mapping := columns | constants:
        options["mapping"] = mapping
    if names := settings.get("event_name"):
        options["event_names"] = {alias: name for name, many in names.items() for alias in many}
    if rates := settings.get("rate"):
        options["rates"] = {code: Decimal(rate) for code, rate in rates.items()}
    return options
