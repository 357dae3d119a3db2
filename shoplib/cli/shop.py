"""`shoplib demo | replay | report | lab`: the shop at work."""

import json
from pathlib import Path
from typing import Any

import typer

from shoplib import whole_files
from shoplib.cli import own_files
from shoplib.cli.places import LocalPlace, entering, program
from shoplib.cli.progress import stages
from shoplib.cli.shared_options import takes
from shoplib.errors import LabError

commands = typer.Typer()
REPORT = typer.Option(Path("report.html"), "--report", help="Output file of the report.")
FILE = typer.Option(None, "--file", help="A copy of UCI Online Retail (CSV or Parquet).")
AS_JSON = typer.Option(False, "--json", help="Print JSON.")
DEFAULT_ORDERS = "300"


@commands.command()
def demo(
    orders: str = typer.Option(DEFAULT_ORDERS, help="Number of real invoices to replay, or `all`."),
    sessions: int = typer.Option(120, min=1, help="Number of simulated shoppers."),
    seed: int = typer.Option(1, help="Seed of the shoppers' decisions."),
    report: Path = REPORT,
    file: Path | None = FILE,
    diagrams: Path = typer.Option(Path("diagrams"), help="Folder for the redrawn diagrams."),
    keep: bool = typer.Option(False, "--keep", help="Keep the shop running until `shoplib down`."),
    as_json: bool = AS_JSON,
) -> None:
    """Deploy the shop, let customers buy, replay real invoices, prove the result, write the report."""
    from shoplib import demo as main_job
    from shoplib import lab, localaws

    whole_files.require_writable(report)
    count = _count(orders)
    with localaws.alone("demo"), stages() as stage:
        source = _source(file, stage)
        with stage(entering()):
            if keep:
                localaws.up()
            place = lab.start()
        result = main_job.run(
            place, source, orders=count, sessions=sessions, seed_number=seed, report=report, stage=stage
        )
        with stage("drawing the diagrams, the run and one order's journey"):
            files = [*main_job.draw(result, diagrams), *_journey(place, result)]
        with stage("writing the report"):
            main_job.write_report(result, files)
    if as_json:
        typer.echo(json.dumps(main_job.as_json(result, files), indent=2))
    else:
        main_job.show(result, files, program(), keep)
    raise typer.Exit(0 if result.ok else 1)


@commands.command()
@takes("where", LocalPlace)
def replay(
    source: str = typer.Option("online-retail", help="The data set; online-retail is the only one."),
    how: str = typer.Option(
        "orders", "--as", help="orders (through the checkout queue) or events (through the stream)."
    ),
    everything: bool = typer.Option(False, "--all", help="Replay every invoice."),
    orders: int = typer.Option(int(DEFAULT_ORDERS), min=1, help="Number of invoices."),
    file: Path | None = FILE,
    report: Path = REPORT,
    *,
    where: LocalPlace,
    as_json: bool = AS_JSON,
) -> None:
    """Replay a real shop's invoices through the deployed pipeline, wait until it is idle, and report."""
    from shoplib import demo as main_job
    from shoplib import lab

    if source != "online-retail":
        raise LabError(f"unknown source: {source}", "sources: online-retail")
    if how not in ("orders", "events"):
        raise LabError(f"invoices cannot be replayed as {how}", "pass --as orders or --as events")
    whole_files.require_writable(report)
    with stages() as stage:
        data = _source(file, stage)
        if not data:
            raise LabError("the UCI Online Retail data set was not found", _how_to_get_it())
        with stage(entering()):
            place = lab.start(where.find())
        document = main_job.replay_only(place, data, how, None if everything else orders, report, stage)
    if as_json:
        typer.echo(json.dumps(document.totals(), default=str, indent=2))
    else:
        main_job.show_figures(document, report)


@commands.command()
@takes("where", LocalPlace)
@takes("reading", own_files.VisitOptions)
def report(
    out: Path = REPORT,
    lake: str = typer.Option(None, help="Another lake: a folder, or s3://bucket/folder with your credentials."),
    orders: Path = typer.Option(
        None,
        help="Your own orders or order lines: CSV, Excel, JSON or Parquet; also compressed or a folder.",
    ),
    events: Path = typer.Option(None, help="Your own events, in the same formats."),
    csv: Path = typer.Option(None, "--csv", help="Also write all tables in full as CSV into this folder."),
    xlsx: Path = typer.Option(None, "--xlsx", help="Also write all tables into this Excel workbook."),
    parquet: Path = typer.Option(None, "--parquet", help="Also write every table as Parquet into this folder."),
    *,
    reading: own_files.VisitOptions,
    where: LocalPlace,
    as_json: bool = AS_JSON,
) -> None:
    """Write a report on the deployed shop's events in S3, on another lake, or on your own files."""
    from shoplib import analytics
    from shoplib import demo as main_job

    if sum(source is not None for source in (lake, orders, events)) > 1:
        raise LabError("a report has one source", "pass one of --lake, --orders and --events")
    file = orders or events
    if (lake or file) and not where.is_default:
        raise LabError("--endpoint-url and --region are the deployed shop's", "leave them out, or the other source")
    whole_files.require_writable(out)
    options = reading.to_dict()
    if file:
        cleaned, details = _of_file(file, orders is not None, options, reading.save_mapping)
    else:
        cleaned, details = _of_lake(lake or where, options, reading.save_mapping)
    document = analytics.report.make(cleaned, **details)
    document.save(out)
    for path, export in ((csv, "export_csv"), (xlsx, "export_xlsx"), (parquet, "export_parquet")):
        if path is not None:
            getattr(analytics.report, export)(document, path)
    if as_json:
        typer.echo(json.dumps(document.totals(), default=str, indent=2))
    else:
        main_job.show_figures(document, out)


def _of_lake(lake: str | LocalPlace, options: dict[str, Any], save: bool) -> tuple[Any, dict[str, Any]]:
    """Return the cleaned events of a lake, or of the shop deployed at a place, and the details for the report."""
    from shoplib import analytics, lab

    if odd := [*(set(options) - {"time_zone", "gap", "sessions_from"}), *(["save_mapping"] if save else [])]:
        raise LabError(
            f"a lake is read as it is: {', '.join(sorted(odd))} does not apply", "leave it out, or name a file"
        )
    if options.get("sessions_from") not in (None, "session_id"):
        raise LabError("in a lake, the column with the visit's id is session_id", "pass --sessions-from session_id")
    place = lake if isinstance(lake, str) else lab.start(lake.find_deployed())
    by_id = ["session_id"] if "sessions_from" in options else []
    events = analytics.events(place, columns=[*analytics.report.COLUMNS, *by_id])
    for one in events.attrs.get("unreadable", ()):
        typer.echo(f"{one.key} {one.reason}; it is left out", err=True)
    if events.empty:
        raise LabError(
            f"{lake if isinstance(lake, str) else 'the shop'} has no events, so there is nothing to report",
            "`shoplib demo --keep` sends shoppers in",
        )
    events = analytics.seen_from(events, options.get("time_zone", "UTC"))
    if by_id or "gap" in options:
        events = analytics.with_rule(events, options.get("gap"), bool(by_id))
    details = {"noted": analytics.report.quarantine(place)}
    elsewhere = {"title": f"Report of {lake}", "sources": {"import": "imported orders"}} if place == lake else {}
    return analytics.clean(events), details | elsewhere


def _of_file(path: Path, orders: bool, options: dict[str, Any], save: bool) -> tuple[Any, dict[str, Any]]:
    """As `_of_lake`."""
    from shoplib import analytics

    loaded = own_files.load(path, orders, options, save)
    of_file = {"web": path.name, "import": path.name}
    details = {"title": f"Report of {path.name}", "provenance": loaded.provenance, "sources": of_file}
    events = loaded.events[[*analytics.report.COLUMNS, "session_id"]]
    del loaded
    return analytics.clean(events), details


@commands.command(name="lab")
def open_lab(
    browser: bool = typer.Option(True, help="Open a browser; --no-browser only prints the address."),
    folder: Path = typer.Option(
        None,
        "--folder",
        help="Folder of your copies of the lessons. Default: ~/shoplib-lessons.",
        show_default=False,
    ),
    fresh: bool = typer.Option(False, "--fresh", help="Start the course over; files that you changed are moved aside."),
) -> None:
    """Open JupyterLab on the first lesson, with the local AWS ready; it ends with JupyterLab."""
    from shoplib import course

    raise typer.Exit(course.open_jupyterlab(browser, folder, fresh))


def _journey(place: Any, result: Any) -> list[Path]:
    from shoplib import demo as main_job

    try:
        return main_job.follow_one(place, result)
    except LabError as forgotten:
        typer.echo(f"note: no journey was drawn: {forgotten.what}", err=True)
        return []


def _count(orders: str) -> int | None:
    if orders == "all":
        return None
    if not orders.isdigit() or not int(orders):
        raise LabError(f"--orders {orders} is not a valid number of invoices", "use a positive number, or all")
    return int(orders)


def _source(file: Path | None, stage: Any) -> Any:
    from shoplib.shoppers import online_retail

    path = online_retail.find(file)
    if not path:
        typer.echo(
            f"note: the UCI Online Retail data set was not found, so all shoppers are simulated; {_how_to_get_it()}",
            err=True,
        )
        return None
    with stage("verifying the real shop's data"):
        return online_retail.load(path)


def _how_to_get_it() -> str:
    from shoplib.shoppers import online_retail

    return online_retail.how_to_get_it()
