"""How many visits end in a purchase, how many carts and checkouts are left standing, and how sure that is."""

from collections.abc import Sequence

import pandas as pd

from shoplib.analytics.conditions import part
from shoplib.analytics.proportions import with_rates
from shoplib.errors import LabError

# What was begun and may be abandoned -> column of `sessions`
STAGES = {"cart": "cart", "checkout": "checkout"}


def conversion_rate(
    sessions: pd.DataFrame, by: str | Sequence[str] | None = None, *, per: str = "session"
) -> pd.DataFrame:
    """Sessions with a purchase / sessions; with `per="visitor"` visitors with a purchase in any of their sessions /
    visitors. Over all, or per value of `by`: one or several columns of `sessions` (day, device, source, country, ...),
    null included. A visitor stands under the values of their first session.

    Columns: [by...,] sessions or visitors, purchases (sessions or visitors with one), rate, low, high (Wilson's 95 %
    interval; nan where there is nobody); the largest groups first, equal ones in order of their values. LabError on
    unknown columns.
    """
    keys = _keys(sessions, by)
    table = _counted(_units(sessions, per), keys, purchases="purchased")
    unit = "sessions" if per == "session" else "visitors"
    return with_rates(table.rename(columns={"of": unit}), "purchases", unit)


def abandonment(sessions: pd.DataFrame, by: str | Sequence[str] | None = None) -> pd.DataFrame:
    """Carts and checkouts that were begun and not bought in the same session: 1 - sessions with the stage and a
    purchase / sessions with the stage (add_to_cart; begin_checkout). It does not matter what came first. Over all or
    per value of `by`, one or several columns of `sessions`, null included.

    Columns: [by...,] stage (cart, checkout), sessions (with the stage), purchased, abandoned (of them), rate (abandoned
    / sessions), low, high (Wilson's 95 % interval); nan where there was no cart (checkout).
    """
    keys = _keys(sessions, by)
    parts = [_abandoned(sessions, stage, keys) for stage in STAGES]
    table = pd.concat(parts, ignore_index=True)
    if keys:
        sizes = table.groupby(keys, dropna=False).sessions.transform("max")
        table = table.assign(_size=-sizes, _stage=table.stage.map(list(STAGES).index))
        table = table.sort_values(["_size", *keys, "_stage"]).drop(columns=["_size", "_stage"])
    columns = [*keys, "stage", "sessions", "purchased", "abandoned"]
    return with_rates(table[columns].reset_index(drop=True), "abandoned", "sessions")


def _abandoned(sessions: pd.DataFrame, stage: str, keys: list[str]) -> pd.DataFrame:
    begun = sessions[STAGES[stage]].astype(bool)
    bought = sessions.purchased.astype(bool)
    # Groups without a cart are there too, with nan.
    counted = _counted(sessions.assign(begun=begun, bought=begun & bought), keys, sessions="begun", purchased="bought")
    return counted.assign(stage=stage, abandoned=counted.sessions - counted.purchased)


def _counted(units: pd.DataFrame, keys: list[str], **sums: str) -> pd.DataFrame:
    """Rows (`of`) and sums of yes/no columns per group, the largest groups first."""
    flags = units.assign(**{name: units[column].astype(bool).astype("int64") for name, column in sums.items()}, of=1)
    names = ["of", *sums]
    if not keys:
        return pd.DataFrame([{name: int(flags[name].sum()) for name in names}])
    table = flags.groupby(keys, dropna=False, sort=True)[names].sum().astype("int64").reset_index()
    return table.sort_values("of", ascending=False, kind="stable", ignore_index=True)


def _units(sessions: pd.DataFrame, per: str) -> pd.DataFrame:
    if per == "session":
        return sessions
    if per != "visitor":
        raise LabError(f"per={per!r} is unknown", 'per is "session" or "visitor"')
    ordered = sessions.sort_values(["visitor", "start"], kind="stable")
    bought = sessions.purchased.astype(bool).groupby(sessions.visitor).any()
    firsts = ordered.drop_duplicates("visitor")
    return firsts.assign(purchased=firsts.visitor.map(bought).astype(bool))


def _keys(sessions: pd.DataFrame, by: str | Sequence[str] | None) -> list[str]:
    keys = [by] if isinstance(by, str) else list(by or [])
    return list(part(sessions, keys))
