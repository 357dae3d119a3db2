"""`shoplib cost`: what templates or stacks cost at AWS's list prices."""

import json
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from shoplib.cli import showing
from shoplib.cli.deploying import AS_JSON
from shoplib.cli.places import LocalPlace, is_template, stack_of
from shoplib.cli.shared_options import takes
from shoplib.errors import LabError

commands = typer.Typer()

WHAT = "Patterns, shop or template paths; with --observed, stacks too. Default: the whole shop."
TRAFFIC = (
    "Monthly traffic: a quantity (ShopApi.requests=1000000, CartFunction.ms=12), or a TOML file with a table per "
    "resource or connection. Repeatable."
)
OBSERVED = "Use the traffic that the local AWS recorded since the stacks were deployed."
TIMES = "Multiply the observed traffic by this factor, to project a trial run to a month."
PER = "Also print the cost per request to this resource. Default: OrdersQueue, one request per order."
PICTURE = "Also draw the architecture with the costs on its connections (.svg, .png, .drawio)."
ORDERS = "OrdersQueue"


@commands.command()
@takes("where", LocalPlace)
def cost(
    names: Annotated[list[str] | None, typer.Argument(help=WHAT, show_default=False)] = None,
    traffic: Annotated[list[str] | None, typer.Option("--traffic", help=TRAFFIC, show_default=False)] = None,
    observed: Annotated[bool, typer.Option("--observed", help=OBSERVED)] = False,
    times: Annotated[float, typer.Option("--times", help=TIMES, min=0)] = 1,
    per: Annotated[str | None, typer.Option("--per", help=PER, show_default=False)] = None,
    picture: Annotated[Path | None, typer.Option("--picture", help=PICTURE, show_default=False)] = None,
    *,
    where: LocalPlace,
    as_json: bool = AS_JSON,
) -> None:
    """Estimate costs at AWS's list prices, per connection and per order, and list what the estimate leaves out."""
    from shoplib import costs, provision

    names, traffic = names or [], traffic or []
    of_stacks = observed or not all(map(_is_template, names))
    _agree(traffic, observed, times)
    if of_stacks:
        place = where.find_deployed()
        stacks = [] if names in ([], [provision.SHOP]) else [stack_of(name) for name in names]
        estimate = costs.of_stacks(place, *stacks, times=Decimal(str(times)), traffic=traffic)
    else:
        estimate = costs.of_templates(names, traffic)
    each = _each(estimate, per)
    drawn = estimate.picture.save_whole(picture) if picture else []
    if as_json:
        typer.echo(json.dumps(_as_json(estimate, each)))
    else:
        _show(estimate, each)
        typer.echo(f"drawn: {', '.join(map(str, drawn))}" if drawn else "")


def _is_template(name: str) -> bool:
    from shoplib import provision

    return name == provision.SHOP or is_template(name)


def _agree(traffic: list[str], observed: bool, times: float) -> None:
    if traffic and observed:
        raise LabError("--traffic and --observed cannot be used together", "leave one of them out")
    if times != 1 and not observed:
        raise LabError("--times applies to observed traffic only", "add --observed, or state more traffic")


@dataclass(frozen=True)
class Each:
    """What one request to a node costs."""

    node: str
    count: Decimal
    usd: Decimal


def _each(estimate: Any, per: str | None) -> Each | None:
    from shoplib import costs

    node = per or (ORDERS if ORDERS in estimate.bill.requests else None)
    if node is None:
        return None
    count = costs.requests_to(estimate, node)
    return Each(node, count, estimate.bill.per(node))


def _as_json(estimate: Any, each: Each | None) -> dict[str, Any]:
    """Amounts as strings, which stay exact."""
    bill = estimate.bill
    return {
        "about": estimate.about,
        "region": bill.table.region,
        "prices_checked": str(bill.table.checked),
        "traffic_usd": str(bill.traffic_usd),
        "monthly_usd": str(bill.monthly_usd),
        "free_tier_usd": str(bill.free_usd),
        "per": each and {"node": each.node, "count": str(each.count), "usd": str(each.usd)},
        "connections": [
            {"source": source, "target": target, "usd": str(usd)}
            for (source, target), usd in bill.by_connection.items()
        ],
        "lines": [{name: str(value) for name, value in row.items()} for row in bill.lines.to_dict(orient="records")],
        "free_tier": [
            {"pool": free.pool, "quantity": str(free.quantity), "lasts": free.lasts, "usd": str(free.usd)}
            for free in bill.free
        ],
        "no_price": list(bill.unpriced),
        "no_traffic": list(bill.silent),
        "left_out": list(bill.table.left_out),
    }


def _show(estimate: Any, each: Each | None) -> None:
    from shoplib.costs import dollars

    bill, console = estimate.bill, showing.terminal()
    console.print(f"List prices of {bill.table.region}, last checked {bill.table.checked}; {estimate.about}")
    if bill.by_traffic:
        console.print(_table("by traffic", bill.by_traffic, bill.traffic_usd))
    if bill.monthly:
        console.print(_table("every month, without any traffic", bill.monthly, bill.monthly_usd))
    if each:
        console.print(
            f"for each of {each.count:,.0f} requests to {each.node}: {dollars(each.usd)}, on top of the monthly costs"
        )
    for free in bill.free:
        console.print(f"free tier, not deducted: {free.quantity:,.0f} {free.pool} ({free.lasts}): {dollars(free.usd)}")
    _name("no price is known for", bill.unpriced, "yellow", console)
    silent = [", ".join(bill.silent)] if bill.silent else []
    _name("billed by use, but no traffic is known for", silent, "yellow", console)
    _name("not in these figures", bill.table.left_out, "", console)


def _table(title: str, lines: Any, total: Decimal) -> Table:
    """Most expensive connection first."""
    from shoplib.costs import dollars

    table = Table("connection", "quantity", "of", "USD", title=title, title_justify="left", box=None, padding=(0, 2))
    sums: dict[tuple[str, str], Decimal] = {}
    for line in lines:
        sums[line.connection] = sums.get(line.connection, Decimal(0)) + line.usd
    for line in sorted(lines, key=lambda line: (-sums[line.connection], line.connection, -line.usd)):
        source, target = line.connection
        way = f"{source} → {target}" if source else target
        table.add_row(
            Text(way),
            f"{line.usage.quantity.normalize():,.6f}".rstrip("0").rstrip("."),
            line.price.unit,
            dollars(line.usd),
        )
    table.add_row("", "", "", dollars(total), style="bold")
    return table


def _name(title: str, entries: Any, style: str, console: Any) -> None:
    if entries:
        console.print(f"{title}:", style=style)
        for entry in entries:
            console.print(f"  {entry}", style=style, markup=False)
