"""Colours, by role. Every text has a contrast of at least 4.5 to what it stands on, in light and dark."""

LIGHT = {
    "page": "#ffffff",
    "lane": "#f6f8fb",
    "tile": "#ffffff",
    "strong": "#16202c",
    "plain": "#3b4856",
    "muted": "#566374",
    "line": "#66758a",
    "hair": "#c9d2dd",
    "sign": "#b0124f",
    "fault": "#b3261e",
    "idle": "#8b97a6",
    "number": "#16202c",
    "digit": "#ffffff",
    "lane0": "#6d34d6",
    "lane1": "#c21a5c",
    "lane2": "#256d29",
    "lane3": "#0b62a8",
}
DARK = {
    "page": "#0f1620",
    "lane": "#172230",
    "tile": "#b9c6d4",
    "strong": "#eef3f9",
    "plain": "#c7d2de",
    "muted": "#9fb0c3",
    "line": "#8ea2b8",
    "hair": "#3a495b",
    "sign": "#ff86b3",
    "fault": "#ff8a80",
    "idle": "#64748a",
    "number": "#e8eef6",
    "digit": "#0f1620",
    "lane0": "#b79bff",
    "lane1": "#ff86b3",
    "lane2": "#7fd487",
    "lane3": "#7cc0f5",
}
# Which colour each text stands on, for the contrast test and for the painters.
GROUNDS = {
    "strong": ("page", "lane"),
    "plain": ("page", "lane"),
    "muted": ("page", "lane"),
    "fault": ("page", "lane"),
    "digit": ("number", "lane0", "lane1", "lane2", "lane3"),
}
DASHES = {"failure": (5.0, 4.0), "reference": (1.5, 3.5), "asynchronous": (6.0, 4.0), "removed": (7.0, 4.5)}
# Colour and width of lines that are not like the others, by the kind of their edge.
STROKES = {"observed": ("fault", 2.4), "added": ("lane2", 3.2), "removed": ("lane1", 2.4)}
PLAIN = ("line", 1.6)
RING = 2.6  # the width of the frame around the icon of what is in trouble
# A journey through a picture: where it is now, what failed.
JOURNEY_LIGHT = {"accent": "#0a5fc4", "soft": "#e3eefb", "bad": "#b3261e", "on": "#ffffff"}
JOURNEY_DARK = {"accent": "#6db5ff", "soft": "#16324f", "bad": "#ff9a91", "on": "#0f1620"}
