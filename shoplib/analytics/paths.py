"""Paths of sessions: their first events, and the transitions between events."""

import numpy as np
import pandas as pd

from shoplib.analytics.conditions import part
from shoplib.analytics.proportions import with_rates
from shoplib.analytics.sessions import Codes, columns_to_read, with_sessions
from shoplib.core.events import NAMES
from shoplib.errors import LabError

BEGIN, END = "(start)", "(end)"
LONGEST = 20


def paths(events: pd.DataFrame, k: int = 5) -> pd.DataFrame:
    """The first `k` events (1 to 20) of each session of cleaned events, in order of (event_time, event_id); the lines
    of one order count as one purchase, at the first line.

    A path is a tuple of event names; it ends with "(end)" if the session has no further event, so a session of exactly
    k events has k names and "(end)", a longer one only k names. Columns: path, sessions, rate (of all
    sessions; the rates add up to 1), low, high (Wilson's 95 % interval); most frequent first, then by path.
    """
    if not 1 <= k <= LONGEST:
        raise LabError(f"k={k} is out of range", f"k is from 1 to {LONGEST}")
    rows = _steps(events)
    codes, names = pd.factorize(rows.event_name, sort=True)
    grid = _grid(rows.session.to_numpy(), codes, k, end=len(names))
    counts = pd.DataFrame(grid).value_counts(sort=False)
    words = [*names, END]
    spelt = [tuple(words[code] for code in key if code >= 0) for key in counts.index]
    table = pd.DataFrame({"path": pd.Series(spelt, dtype=object), "sessions": counts.to_numpy(dtype=np.int64)})
    table = with_rates(table.assign(whole=len(grid)), "sessions", "whole").drop(columns="whole")
    return table.sort_values(["sessions", "path"], ascending=[False, True], ignore_index=True)


def _grid(session: Codes, codes: Codes, k: int, end: int) -> Codes:
    """One row per session, one column for each of its first k + 1 positions: an event's code, `end` after the last
    event, then -1.
    """
    place = np.arange(len(session)) - np.searchsorted(session, session)
    sizes = np.bincount(session) if len(session) else np.zeros(0, dtype=np.int64)
    grid = np.full((len(sizes), k + 1), -1, dtype=np.int64)
    early = place < k
    grid[session[early], place[early]] = codes[early]
    ended = np.flatnonzero(sizes <= k)
    grid[ended, sizes[ended]] = end
    return grid


def _steps(events: pd.DataFrame) -> pd.DataFrame:
    """The events of sessions; of an order only its first line, because a basket of five items is one purchase."""
    rows = with_sessions(part(events, columns_to_read(events, ["order_id"])), keep=["event_name", "order_id"])
    lines = (rows.event_name == "purchase") & rows.order_id.notna()
    return rows[~(lines & rows.duplicated(["session", "event_name", "order_id"]))].reset_index(drop=True)


def transitions(events: pd.DataFrame, *, counts: bool = False) -> pd.DataFrame:
    """The transitions between events within sessions: rows are events and "(start)", columns are the next event or
    "(end)".

    Cells are shares of the row, and each row adds up to 1; with `counts=True` they are numbers of transitions (int). An
    event may follow itself, but the lines of one order count as one purchase. Rows and columns: the events that occur,
    in the order of `core.events.NAMES`, then others by name. Without events the matrix is empty.
    """
    rows = _steps(events)
    codes, names = pd.factorize(rows.event_name, sort=True)
    session = rows.session.to_numpy()
    many = len(names)
    first = np.diff(session, prepend=-1) != 0
    before = np.where(first, many, np.roll(codes, 1))
    matrix = np.zeros((many + 1, many + 1), dtype=np.int64)
    np.add.at(matrix, (before, codes), 1)
    np.add.at(matrix, (codes[np.roll(first, -1)], many), 1)
    # Rows: names and the start; columns: names and the end.
    table = pd.DataFrame(matrix, index=[*names, BEGIN], columns=[*names, END])
    ordered = sorted(names, key=lambda name: (NAMES.index(name) if name in NAMES else len(NAMES), name))
    table = table.loc[[BEGIN, *ordered], [*ordered, END]] if many else table.iloc[:0, :0]
    return table if counts else table.div(table.sum(axis=1), axis=0)
