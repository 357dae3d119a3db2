"""Conversion rates, and abandonment of carts and checkouts, with confidence intervals."""

from collections.abc import Mapping, Sequence

import pandas as pd

from shoplib.analytics import by_athena
from shoplib.analytics.conditions import part
from shoplib.analytics.duck import visits
from shoplib.analytics.proportions import with_rates
from shoplib.analytics.sessions import FLAGS, NEEDED, TRAITS, table_of, with_sessions
from shoplib.analytics.sources import Source, for_athena, for_duckdb, frame
from shoplib.errors import LabError

# What was begun and may be abandoned: columns of `sessions`.
STAGES = ("cart", "checkout")
PER = {"session": "sessions", "visitor": "visitors"}


def conversion_rate(
    sessions: Source, by: str | Sequence[str] | None = None, *, per: str = "session", engine: str = "auto"
) -> pd.DataFrame:
    """Sessions with a purchase / sessions; with `per="visitor"` visitors with a purchase in any of their sessions /
    visitors. Overall, or per value of `by`: one or several columns of `sessions` (day, device, source, country, ...),
    including null. A visitor has the values of their first session.

    `sessions` is the table of `sessions`, or a scan of a lake. For a scan, DuckDB (or pandas, by `engine`) computes the
    sessions without holding them all in memory; `by` is then day, device, source or country.

    Columns: [by...,] sessions or visitors, purchases (sessions or visitors with one), rate, low, high (Wilson's 95 %
    interval; nan for empty groups); largest groups first, equal ones sorted by their values. LabError on
    unknown columns.
    """
    if per not in PER:
        raise LabError(f"per={per!r} is unknown", f"per is one of {', '.join(PER)}")
    keys = _keys(by)
    table = _count(sessions, keys, per, {"purchases": ["purchased"]}, engine)
    return with_rates(_sort_largest_first(table, keys).rename(columns={"of": PER[per]}), "purchases", PER[per])


def abandonment(sessions: Source, by: str | Sequence[str] | None = None, *, engine: str = "auto") -> pd.DataFrame:
    """Carts and checkouts without a purchase in the same session: 1 - sessions with the stage and a purchase / sessions
    with the stage (add_to_cart; begin_checkout). The order of events does not matter. Overall or per value of `by`, one
    or several columns of `sessions`, including null; `sessions` and `engine` as in
    `conversion_rate`.

    Columns: [by...,] stage (cart, checkout), sessions (with the stage), purchased, abandoned (of them), rate (abandoned
    / sessions), low, high (Wilson's 95 % interval); nan if there was no cart (checkout).
    """
    keys = _keys(by)
    if lake := for_athena(sessions, engine):
        table = by_athena.count_abandonment(lake, keys)[["stage", "sessions", "purchased", "abandoned"]]
        return with_rates(table, "abandoned", "sessions")
    sums = {stage: [stage] for stage in STAGES} | {f"{stage} bought": [stage, "purchased"] for stage in STAGES}
    counts = _count(sessions, keys, "session", sums, engine)
    table = pd.concat([_count_abandonment(counts, stage, keys) for stage in STAGES], ignore_index=True)
    if keys:
        sizes = table.groupby(keys, dropna=False).sessions.transform("max")
        table = table.assign(_size=-sizes, _stage=table.stage.map(list(STAGES).index))
        table = table.sort_values(["_size", *keys, "_stage"]).drop(columns=["_size", "_stage"])
    columns = [*keys, "stage", "sessions", "purchased", "abandoned"]
    return with_rates(table[columns].reset_index(drop=True), "abandoned", "sessions")


def _count_abandonment(counts: pd.DataFrame, stage: str, keys: list[str]) -> pd.DataFrame:
    # Groups without a cart are there too, with nan.
    starts, purchases = counts[stage], counts[f"{stage} bought"]
    return counts[keys].assign(stage=stage, sessions=starts, purchased=purchases, abandoned=starts - purchases)


def _count(sessions: Source, keys: list[str], per: str, sums: Mapping[str, Sequence[str]], engine: str) -> pd.DataFrame:
    """Sessions (visitors) per group: the keys, `of`, and for each of `sums` those that have all of these columns."""
    if lake := for_athena(sessions, engine):
        return by_athena.count_sessions(lake, keys, per)
    scan = for_duckdb(sessions, engine)
    if scan is None:
        return _sum_by(_table(sessions, keys, sums), keys, per, sums)
    _check_keys(keys)
    return visits.count(scan, keys, per, {name: [FLAGS[flag] for flag in flags] for name, flags in sums.items()})


def _table(sessions: Source, keys: list[str], sums: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Sessions with only the needed columns."""
    if isinstance(sessions, pd.DataFrame):
        part(sessions, keys)
        return sessions
    _check_keys(keys)
    traits = [key for key in keys if key != "day"]
    rows = with_sessions(frame(sessions, [*NEEDED, *traits], keys=True), keep=["event_name", *traits])
    return table_of(rows, traits, {flag: FLAGS[flag] for flags in sums.values() for flag in flags})


def _check_keys(keys: list[str]) -> None:
    if odd := [key for key in keys if key not in ("day", *TRAITS)]:
        raise LabError(
            f"sessions of a scan cannot be grouped by {', '.join(odd)}",
            f"by day, {', '.join(TRAITS)}, or with sessions(scan) by any column of it",
        )


def _sum_by(sessions: pd.DataFrame, keys: list[str], per: str, sums: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    flags = {name: sessions[list(columns)].astype(bool).all(axis=1) for name, columns in sums.items()}
    units = sessions[[*keys, "visitor", "start"]].assign(**flags)
    if per == "visitor":
        units = _visitors(units, list(sums))
    counts = units.assign(of=1).astype(dict.fromkeys(sums, "int64"))
    if not keys:
        return pd.DataFrame([{name: int(counts[name].sum()) for name in ("of", *sums)}])
    return counts.groupby(keys, dropna=False, sort=True)[["of", *sums]].sum().astype("int64").reset_index()


def _visitors(sessions: pd.DataFrame, flags: list[str]) -> pd.DataFrame:
    ever = sessions.groupby("visitor")[flags].any()
    firsts = sessions.sort_values(["visitor", "start"], kind="stable").drop_duplicates("visitor")
    return firsts.assign(**{flag: firsts.visitor.map(ever[flag]).astype(bool) for flag in flags})


def _sort_largest_first(table: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Largest groups first, equal ones sorted by their values."""
    sorted_by_value = table.sort_values(keys) if keys else table
    return sorted_by_value.sort_values("of", ascending=False, kind="stable", ignore_index=True)


def _keys(by: str | Sequence[str] | None) -> list[str]:
    return [by] if isinstance(by, str) else list(by or [])
