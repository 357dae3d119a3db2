"""`shoplib invoke | logs`: call a deployed function, and read what functions logged."""

import json
import re
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer

from shoplib.cli.places import STACK, Place, stack_of
from shoplib.cli.shared_options import takes
from shoplib.errors import LabError

commands = typer.Typer()
UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
FUNCTION = "A function, by its logical id or its name."
AS_JSON = typer.Option(False, "--json", help="Print JSON, one object per line.")


@commands.command()
@takes("where", Place)
def invoke(
    function: str = typer.Argument(help=FUNCTION),
    event: str = typer.Option(None, "--event", "-e", help="File with the event as JSON; - reads stdin."),
    stack_name: str | None = STACK,
    *,
    where: Place,
) -> None:
    """Invoke a function and print its response as JSON; exit code 1 when it fails. The default event is {}."""
    from shoplib import provision

    payload = _event(event)
    place = where.find_deployed()
    target_function = provision.find_function(function, place, stack_of(stack_name) if stack_name else None)
    answer = provision.invoke(target_function, payload, place)
    if not answer.error:
        typer.echo(json.dumps(answer.payload, indent=2, ensure_ascii=False))
        return
    typer.echo("\n".join(answer.log), err=True)
    raise LabError(f"{function} failed: {_reason(answer)}", f"`shoplib logs {function}` shows its full log")


@commands.command()
@takes("where", Place)
def logs(
    names: list[str] = typer.Argument(help=f"{FUNCTION[:-1]}; a pattern, template or stack: all of its functions."),
    follow: bool = typer.Option(False, "--follow", "-f", help="Keep printing new lines, until Ctrl-C."),
    since: str = typer.Option(
        None, help="Only lines of the last 30s, 10m, 2h or 1d. Default: all; 10s with -f, 1h with --query."
    ),
    query: str = typer.Option(
        None, "--query", "-q", help="Run a CloudWatch Logs Insights query over the lines; prints a table."
    ),
    timestamps: bool = typer.Option(
        None,
        "--timestamps/--no-timestamps",
        "-t",
        help="Prefix each line with its time (UTC). Default: only on a terminal.",
    ),
    stack_name: str | None = STACK,
    *,
    where: Place,
    as_json: bool = AS_JSON,
) -> None:
    """Print the log lines of functions, oldest first, or the result of a query over them."""
    from shoplib import provision

    if follow and query:
        raise LabError("--query and --follow cannot be used together", "leave one of them out")
    begin = _begin(since or ("10s" if follow else "1h" if query else None))
    place = where.find_deployed()
    functions = list(dict.fromkeys(each for name in names for each in _functions(name, stack_name, place)))
    if query:
        _print_rows(provision.query_logs(functions, query, place, begin), as_json)
        return
    lines: Iterable[Any] = provision.log_lines(functions, place, begin)
    if not follow and not lines:
        typer.echo(f"note: no log lines of {', '.join(map(str, functions))}: not called{_when(since)}", err=True)
    if follow:
        lines = provision.follow_logs(functions, place, begin)
    timed = sys.stdout.isatty() if timestamps is None else timestamps
    for line in lines:
        typer.echo(json.dumps(asdict(line)) if as_json else _as_text(line, timed, len(functions) > 1))
        sys.stdout.flush()


def _print_rows(rows: Sequence[Mapping[str, str]], as_json: bool) -> None:
    if as_json:
        for row in rows:
            typer.echo(json.dumps(row))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 1))
    names = list(dict.fromkeys(name for row in rows for name in row))
    for name in names:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(Text(row.get(name, "").rstrip()) for name in names))
    Console(highlight=False, emoji=False).print(table if rows else "Nothing matches.")


def _functions(name: str, stack_name: str | None, place: Any) -> list[Any]:
    """Return the functions of a stack, or the one function of this name."""
    from shoplib import provision

    stack = stack_of(name)
    if not stack_name and stack in provision.stack_names(place):
        if functions := provision.functions_of(stack, place):
            return functions
        raise LabError(f"{stack} has no functions", "name a stack that has some, or a function")
    return [provision.find_function(name, place, stack_of(stack_name) if stack_name else None)]


def _as_text(line: Any, timed: bool, several: bool) -> str:
    """Format a log line; each line of a traceback gets the same prefix."""
    time = datetime.fromtimestamp(line.at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    words = [*([time] if timed else []), *([line.function] if several else [])]
    return "\n".join("  ".join([*words, text]) for text in line.text.splitlines() or [""])


def _when(since: str | None) -> str:
    return f" in the last {since}" if since else " yet"


def _begin(since: str | None) -> int:
    """Milliseconds since 1970."""
    if since is None:
        return 0
    amount = re.fullmatch(r"(\d+)([smhd])", since)
    if not amount:
        raise LabError(f"--since {since} is not a valid duration", "for example --since 10m; units: s, m, h, d")
    return int((time.time() - int(amount[1]) * UNITS[amount[2]]) * 1000)


def _event(source: str | None) -> bytes:
    if source is None:
        return b"{}"
    try:
        text = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
        json.loads(text)
    except OSError as error:
        raise LabError(f"{source} cannot be read: {error.strerror}", "name a file with JSON, or - for stdin") from None
    except ValueError as error:
        where = "stdin" if source == "-" else source
        raise LabError(f"{where} is not JSON: {error}", "an event is JSON, such as {}") from None
    return text


def _reason(answer: Any) -> str:
    payload = answer.payload
    if not isinstance(payload, dict):
        return str(answer.error)
    return ": ".join(str(payload[name]) for name in ("errorType", "errorMessage") if payload.get(name)) or str(
        answer.error
    )
