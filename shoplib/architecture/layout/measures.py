"""Sizes in pixels, and the texts under an icon."""

from collections.abc import Sequence
from dataclasses import dataclass

from shoplib.architecture.layout.ports import ICON
from shoplib.architecture.model import Node, Signal
from shoplib.architecture.text import at_most, break_lines, parts, width

MARGIN = 28.0
HEADING, LANE, SUMMARY, TITLE, SETTING, SMALL = 23.0, 14.5, 14.0, 14.0, 12.0, 12.5
NAME_LIMIT, TITLED_LIMIT, SIGNAL_LIMIT = 102.0, 110.0, 124.0
NAME_LINES, SETTING_LINES, SIGNAL_LINES = 4, 2, 6
TITLE_STEP, SETTING_STEP = 17.0, 14.5
TRACK = 7.0
CELL_PAD = 6.0
CELL_MIN = ICON + 50  # room for a number on the right of the icon
ARROW = 13.0
LANE_TITLE = 28.0
LANE_PAD = 12.0
ROW_PAD = 11.0  # badges stand above the icon


@dataclass(frozen=True)
class Caption:
    """The texts under an icon."""

    name: tuple[str, ...]
    settings: tuple[str, ...]
    signals: tuple[Signal, ...] = ()  # a line of text each

    @property
    def width(self) -> float:
        names = [width(line, TITLE, True) for line in self.name]
        return max([*names, *(width(line, SETTING) for line in self._small)], default=0)

    @property
    def height(self) -> float:
        return 6 + TITLE_STEP * len(self.name) + SETTING_STEP * len(self._small)

    @property
    def _small(self) -> list[str]:
        return [*self.settings, *(signal.text for signal in self.signals)]


def caption(node: Node) -> Caption:
    if node.title:
        name = break_lines(node.title.split(" "), TITLED_LIMIT, TITLE, True, " ")
        return Caption(tuple(name), tuple(_settings(node.settings[:2], SETTING_LINES + 1)))
    name = at_most(break_lines(parts(node.name), NAME_LIMIT, TITLE, True), NAME_LINES, NAME_LIMIT, TITLE, True)
    return Caption(tuple(name), tuple(_settings(node.settings[:2], SETTING_LINES)), tuple(_signals(node.signals)))


def _settings(settings: Sequence[str], most: int) -> list[str]:
    """As many settings as have room; two share a line when they fit."""
    lines: list[str] = []
    for setting in settings:
        longer = break_lines(_fitting([*lines, setting]), NAME_LIMIT, SETTING, glue=" · ")
        lines = longer if len(longer) <= most else lines
    return lines


def _signals(signals: Sequence[Signal]) -> list[Signal]:
    """As many as have room, each in lines of its own; the last line counts the others."""
    lines: list[Signal] = []
    for place, signal in enumerate(signals):
        left = len(signals) - place - 1
        own = [Signal(line, signal.is_bad) for line in _fitting([signal.text], SIGNAL_LIMIT)]
        if len(lines) + len(own) + bool(left) > SIGNAL_LINES:
            return [*lines, Signal(f"and {left + 1} more", any(each.is_bad for each in signals[place:]))]
        lines += own
    return lines


def _fitting(settings: Sequence[str], limit: float = NAME_LIMIT) -> list[str]:
    """A setting that is too wide is broken between its words, and a word between its parts."""
    words = [[line for word in setting.split(" ") for line in _word(word, limit)] for setting in settings]
    return [line for setting in words for line in break_lines(setting, limit, SETTING, glue=" ")]


def _word(word: str, limit: float) -> list[str]:
    return [word] if width(word, SETTING) <= limit else break_lines(parts(word), limit, SETTING)
