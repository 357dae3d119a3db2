"""A figure with its title and alternative text, and helpers for all charts."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from shoplib import themed_svg
from shoplib.analytics.charts.palette import BLUE, INK, PALE, PAPER, SCHEMES
from shoplib.analytics.headlines import words

MARKS = "osD^vP"
STEPS = (1, 2, 2.5, 5, 10)  # of an axis: figures that people count in
DOTS_PER_INCH = 160
WIDTH = 7.6
FEWEST_DAYS = 14
TITLE_WIDTH, WIDER_CAPITAL = 84, 0.25  # in small letters
# Shades darker than this carry white text.
DARK = 0.62


@dataclass(frozen=True)
class Chart:
    """A figure, its title (the finding) and a description. In a notebook it is displayed as an image with alternative
    text.
    """

    figure: Figure
    finding: str
    details: str = ""

    @property
    def alt(self) -> str:
        return f"{self.finding}. {self.details}" if self.details else f"{self.finding}."

    def png(self) -> bytes:
        out = io.BytesIO()
        self.figure.savefig(out, format="png", dpi=DOTS_PER_INCH, facecolor="white")
        return out.getvalue()

    def _repr_html_(self) -> str:
        return themed_svg.image(self.figure, SCHEMES, self.alt, "760px", PAPER)


def axes_for(title: str, height: float) -> tuple[Figure, Any]:
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    axes = figure.add_subplot()
    # Over the figure, not the axes: long labels push the axes to the right, and would push the title off the edge.
    lines = [part for line in title.split("\n") for part in wrap(line)]
    figure.suptitle("\n".join(lines), x=0.01, ha="left", fontsize=11, fontweight="bold")
    axes.patch.set_facecolor("none")
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=9)
    return figure, axes


def wrap(title: str) -> list[str]:
    """In lines that fit the figure: capitals, of which names of products are full, are wider than other letters."""
    lines = [""]
    for word in title.split():
        longer = f"{lines[-1]} {word}".strip()
        fits = len(longer) + WIDER_CAPITAL * sum(map(str.isupper, longer)) <= TITLE_WIDTH
        lines = [*lines[:-1], longer] if fits or not lines[-1] else [*lines, word]
    return lines


def nothing(what: str) -> Chart:
    figure, axes = axes_for(f"{what}: no data", height=1.0)
    axes.set_axis_off()
    return Chart(figure, f"{what}: there is no data to draw")


def whole_numbers(axis: Any) -> None:
    """Few of them: six digits and a comma need room beside their neighbours."""
    axis.set_major_locator(MaxNLocator(5, steps=STEPS))
    axis.set_major_formatter(lambda value, _position: words.number(value))


def rows_from_top(axes: Any, names: Sequence[str]) -> None:
    """One row per name, the first one on top. By position, not by name: duplicate names remain separate rows."""
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.5, -0.5)


def error_bars(middle: pd.Series, low: pd.Series, high: pd.Series, scale: float = 100) -> npt.NDArray[np.float64]:
    """Lengths of the error bars on both sides."""
    return np.maximum([(middle - low) * scale, (high - middle) * scale], 0)


def shades(axes: Any, table: pd.DataFrame | npt.NDArray[np.float64], texts: Sequence[str], darkest: float) -> None:
    """A heat map in shades of blue with text in its cells; `darkest` is the value of the darkest shade; nan is hatched.

    A shade is a level of opacity, so that it also works on a dark page.
    """
    cells = np.asarray(table, dtype="float64")
    for (row, column), value in np.ndenumerate(cells):
        if not np.isfinite(value):
            axes.bar(column, 1, 1, bottom=row - 0.5, fill=False, hatch="////", edgecolor=PALE, lw=0)
        else:
            part = min(max(value, 0) / max(darkest, 1e-9), 1)
            axes.bar(column, 1, 1, bottom=row - 0.5, color=BLUE, alpha=0.04 + 0.86 * part, lw=0)
            colour = "white" if part > DARK else INK
            text = texts[row * cells.shape[1] + column]
            axes.text(column, row, text, ha="center", va="center", fontsize=9, color=colour)
    axes.set_xlim(-0.5, cells.shape[1] - 0.5)
    axes.set_ylim(cells.shape[0] - 0.5, -0.5)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


def group_names(table: pd.DataFrame, keys: list[str]) -> list[str]:
    """Labels of groups by one or several columns."""
    rows = table[keys].astype(object).where(table[keys].notna(), "(none)")
    return words.short_names([" / ".join(map(str, row)) for row in rows.itertuples(index=False)])
