"""The colours of a dashboard, light and dark."""

from dataclasses import dataclass

# Okabe and Ito (2008), distinguishable with any colour vision; lighter ones on a dark ground.
ON_LIGHT = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#B8860B", "#56B4E9")
ON_DARK = ("#4aa8e0", "#f08a4b", "#35c79a", "#e59ac6", "#e6b94a", "#8fd0f5")


@dataclass(frozen=True)
class Theme:
    page: str
    card: str
    border: str
    ink: str
    soft: str
    grid: str
    lines: tuple[str, ...]
    states: dict[str, str]


LIGHT = Theme(
    page="#f2f4f7",
    card="#ffffff",
    border="#d5dbe3",
    ink="#16202c",
    soft="#566270",
    grid="#e3e8ee",
    lines=ON_LIGHT,
    states={"OK": "#1e7e45", "ALARM": "#c0262d", "INSUFFICIENT_DATA": "#6b7785"},
)
DARK = Theme(
    page="#0f1620",
    card="#182230",
    border="#2c3a4b",
    ink="#e8eef6",
    soft="#a9b7c7",
    grid="#2a3747",
    lines=ON_DARK,
    states={"OK": "#3fb56e", "ALARM": "#f0646a", "INSUFFICIENT_DATA": "#8b99a8"},
)


def _schemes() -> dict[str, tuple[str, str, str]]:
    """What each colour of a dashboard drawn in LIGHT is in a light and in a dark scheme."""
    plain = [
        (name, getattr(LIGHT, name), getattr(DARK, name)) for name in ("page", "card", "border", "ink", "soft", "grid")
    ]
    lines = [(f"line-{at}", *both) for at, both in enumerate(zip(ON_LIGHT, ON_DARK, strict=True))]
    states = [(f"state-{at}", LIGHT.states[name], DARK.states[name]) for at, name in enumerate(LIGHT.states)]
    return {light: (name, light, dark) for name, light, dark in (*plain, *lines, *states)}


SCHEMES = _schemes()
