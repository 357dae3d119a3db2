"""A matplotlib figure as an SVG image that follows the light or dark scheme of the page that shows it.

A colour of the figure becomes a CSS variable with a value for each scheme. An image asks for the scheme of the element
that embeds it, so `image` passes JupyterLab's theme on; elsewhere the page or the system decides.
"""

import base64
import io
import re
from collections.abc import Mapping
from html import escape
from typing import Any

FONT = 'system-ui, "Segoe UI", Helvetica, Arial, sans-serif'
# A colour of a figure -> the name of its variable, and its value in a light and in a dark scheme.
Schemes = Mapping[str, tuple[str, str, str]]
CLASS = "shoplib-figure"
FOLLOW_JUPYTERLAB = "".join(
    f"[data-jp-theme-light={is_light}] .{CLASS}{{color-scheme:{scheme}}}"
    for is_light, scheme in (("true", "light"), ("false", "dark"))
)


def variables(schemes: Schemes, dark: bool) -> str:
    """The colours as CSS variables."""
    return " ".join(f"--{name}: {both[dark]};" for name, *both in schemes.values())


def source(figure: Any, schemes: Schemes, facecolor: Any = "none") -> str:
    """The figure as the address of an image."""
    import matplotlib

    out = io.StringIO()
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "shoplib"}):
        figure.savefig(out, format="svg", facecolor=facecolor, metadata={"Date": None, "Creator": None})
    text = out.getvalue()
    themed = _apply(schemes, text[text.index("<svg") :])
    return f"data:image/svg+xml;base64,{base64.b64encode(themed.encode()).decode()}"


def image(figure: Any, schemes: Schemes, alt: str, width: str = "", facecolor: Any = "none") -> str:
    """The figure with its alternative text, for the output of a notebook's cell."""
    return (
        f"<style>{FOLLOW_JUPYTERLAB}</style>"
        f'<img alt="{escape(alt)}" class="{CLASS}" style="max-width:100%;{width and f"width:{width}"}" '
        f'src="{source(figure, schemes, facecolor)}">'
    )


def _apply(schemes: Schemes, text: str) -> str:
    names = {"#000000": "var(--ink)"} | {colour.lower(): f"var(--{name})" for colour, (name, *_) in schemes.items()}
    text = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->", "", text, flags=re.DOTALL)
    text = re.sub(r"font: (bold )?([0-9.]+)px [^;\"]*", lambda match: _font(match[1], match[2]), text)
    text = re.sub(r"#[0-9a-f]{6}\b", lambda match: names.get(match[0], match[0]), text)
    return re.sub(r"<style.*?</style>", lambda _: _style(schemes), text, count=1, flags=re.DOTALL)


def _font(bold: str | None, size: str) -> str:
    return f"font-size: {size}px" + ("; font-weight: bold" if bold else "")


def _style(schemes: Schemes) -> str:
    light, dark = variables(schemes, False), variables(schemes, True)
    return (
        f"<style>:root {{ {light} }} @media (prefers-color-scheme: dark) {{ :root {{ {dark} }} }} "
        "* { stroke-linejoin: round; stroke-linecap: butt; } "
        f"text {{ font-family: {FONT}; fill: var(--ink); }}</style>"
    )
