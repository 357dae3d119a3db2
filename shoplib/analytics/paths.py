"""Where visits go: the first events of each session, and which event follows which."""

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
    of one order are one purchase, at the first of them.

    A path is a tuple of event names; it closes with "(end)" where the session has no further event, so a session of
    exactly k events has k names and "(end)", a longer one k names alone. Columns: path, sessions, rate (of all
    sessions; the rates add up to 1), low, high (Wilson's 95 % interval); most frequent first, equal ones by path.
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
    """One row per session, one column for each of its first k + 1 places: an event's code, `end` after the last event,
    -1 after the end."""
    place = np.arange(len(session)) - np.searchsorted(session, session)
    sizes = np.bincount(session) if len(session) else np.zeros(0, dtype=np.int64)
    grid = np.full((len(sizes), k + 1), -1, dtype=np.int64)
    early = place < k
    grid[session[early], place[early]] = codes[early]
    ended = np.flatnonzero(sizes <= k)
    grid[ended, sizes[ended]] = end
    return grid


def _steps(events: pd.DataFrame) -> pd.DataFrame:
    """Events of sessions; of an order its first line alone, for a basket of five things is bought once."""
    rows = with_sessions(part(events, columns_to_read(events, ["order_id"])), keep=["event_name", "order_id"])
    lines = (rows.event_name == "purchase") & rows.order_id.notna()
    return rows[~(lines & rows.duplicated(["session", "event_name", "order_id"]))].reset_index(drop=True)


def transitions(events: pd.DataFrame, *, counts: bool = False) -> pd.DataFrame:
    """Which event comes next within a session: rows are events and "(start)", columns the next event or "(end)".

    Cells are shares of the row, each row adds up to 1; with `counts=True` numbers of transitions (int). An event may
    follow itself, but the lines of one order are one purchase. Rows and columns: the events that occur, in the order of
    `core.events.NAMES`, others after them by name. Without events the matrix is empty.
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
