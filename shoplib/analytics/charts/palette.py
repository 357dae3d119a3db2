"""The colours of the charts, and what each is on a dark page."""

# Okabe and Ito (2008), distinguishable with any colour vision.
BLUE, ORANGE, GREEN, INK = "#0072B2", "#D55E00", "#009E73", "#16202c"
# In the order in which neighbours differ most.
COLOURS = (BLUE, ORANGE, GREEN, "#CC79A7", "#E69F00", "#56B4E9")
GREY, PALE, FAINT, RED = "#6b7785", "#c9d3dc", "#e3e8ee", "#b3261e"
# Behind a chart in a notebook, told apart from the white that is written on bars.
PAPER = "#fefefe"
# What a colour of the charts is in a light and in a dark scheme.
SCHEMES = {
    INK: ("ink", "#16202c", "#e8eef6"),
    GREY: ("soft", "#566270", "#a9b7c7"),
    PALE: ("pale", "#c9d3dc", "#3a485a"),
    BLUE: ("blue", "#0072b2", "#2f8fd3"),
    ORANGE: ("orange", "#d55e00", "#ef7b2a"),
    GREEN: ("green", "#009e73", "#22b58c"),
    FAINT: ("faint", "#e3e8ee", "#2a3747"),
    RED: ("red", "#b3261e", "#f0646a"),
    PAPER: ("paper", "#ffffff", "#111111"),
}
