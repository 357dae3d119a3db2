"""How wide a text is, and how it is broken. Measured in DejaVu Sans, which is wider than what browsers choose."""

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

WIDEST = 4 / 3


def font_file(bold: bool) -> Path:
    """The font that comes with matplotlib, so that no system font is needed."""
    import matplotlib

    return Path(matplotlib.get_data_path()) / "fonts" / "ttf" / ("DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf")


@lru_cache(maxsize=2)
def _font(bold: bool) -> Any:
    from PIL import ImageFont

    return ImageFont.truetype(str(font_file(bold)), 100, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=4096)
def width(text: str, size: float, bold: bool = False) -> float:
    """Pixels that `text` takes at `size` pixels."""
    return float(_font(bold).getlength(text)) * size / 100


def parts(name: str) -> list[str]:
    """Where a name may be broken: OrdersDeadLetterQueue -> Orders, Dead, Letter, Queue."""
    return re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+[-_/.:]?|[^A-Za-z]+|[A-Z]", name) or [name]


def break_lines(pieces: Sequence[str], limit: float, size: float, bold: bool = False, glue: str = "") -> list[str]:
    """Lines of at most `limit` pixels, broken only between pieces. A longer piece is a line of its own; it is shorten
    where it is longer by more than a third."""
    lines: list[str] = []
    for piece in pieces:
        longer = f"{lines[-1]}{glue}{piece}" if lines else piece
        if lines and width(longer, size, bold) <= limit:
            lines[-1] = longer
        else:
            lines.append(piece)
    return [shorten(line, limit * WIDEST, size, bold) for line in lines]


def shorten(text: str, limit: float, size: float, bold: bool = False) -> str:
    """`text`, or as much of it as fits before an ellipsis."""
    if width(text, size, bold) <= limit:
        return text
    while text and width(text + "…", size, bold) > limit:
        text = text[:-1]
    return text.rstrip() + "…"


def at_most(lines: list[str], count: int, limit: float, size: float, bold: bool = False, glue: str = "") -> list[str]:
    """The first `count` lines; the last one ends in an ellipsis when something is left out."""
    if len(lines) <= count:
        return lines
    return [*lines[: count - 1], shorten(glue.join(lines[count - 1 : count + 1]) + "…", limit, size, bold)]
