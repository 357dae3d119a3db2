"""A Journey as HTML: the picture, controls, a time axis and what each call said; without JavaScript a table."""

from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from typing import Any

from shoplib.architecture.journey.clock import Clock
from shoplib.architecture.journey.steps import Step
from shoplib.architecture.picture import Picture
from shoplib.architecture.theme import DARK, JOURNEY_DARK, JOURNEY_LIGHT, LIGHT

MOST_STEPS = 200
MOST_TEXT = 400_000  # characters of all payloads and answers together
LONGEST_TEXT, SHORTEST_TEXT = 12_000, 800
HERE = ".shoplib-journey"


def fragment(picture: Picture, start: str, calls: Sequence[Step]) -> str:
    """The player, to be put into any page. Several of them may be on one."""
    return _render("player.html.j2", **_content(picture, start, calls))


def document(picture: Picture, start: str, calls: Sequence[Step]) -> str:
    """The player as a page of its own."""
    colours = {"light": LIGHT["page"], "dark": DARK["page"]}
    player = fragment(picture, start, calls)
    return _render("page.html.j2", title=_title(start), player=player, **colours)


def _content(picture: Picture, start: str, calls: Sequence[Step]) -> dict[str, Any]:
    steps, clock = calls[:MOST_STEPS], Clock(calls)
    limit = max(SHORTEST_TEXT, min(LONGEST_TEXT, MOST_TEXT // (2 * len(steps))))
    return {
        "title": _title(start),
        "facts": list(_facts(calls, clock)),
        "svg": picture.svg(),
        "style": _style(),
        "script": _file("player.js"),
        "width": picture.scene.width,
        "steps": steps,
        "count": len(steps),
        "hidden": len(calls) - len(steps),
        "bars": [_bar(step, clock) for step in steps],
        "folds": clock.folds,
        "stripes": _stripes(clock),
        "total": clock.total,
        "duration": duration,
        "cut": lambda text: _truncate(text, limit),
    }


def _title(start: str) -> str:
    return f"The journey of {start}"


def _facts(steps: Sequence[Step], clock: Clock) -> Iterator[str]:
    yield "1 step" if len(steps) == 1 else f"{len(steps)} steps"
    yield f"{duration(clock.total)} from the first call to the end of the last"
    yield f"{len({end for step in steps for end in (step.source, step.target)})} resources"
    if waits := [step.waited_ms for step in steps if step.waited_ms]:
        yield f"longest wait {duration(max(waits))}"
    if errors := sum(bool(step.error) for step in steps):
        yield "1 error" if errors == 1 else f"{errors} errors"


def duration(ms: float | None) -> str:
    """Format milliseconds for readers."""
    if ms is None:
        return "never ended"
    if ms < 1000:
        return f"{ms:.3g} ms"
    return f"{ms / 1000:.2f} s" if ms < 60_000 else f"{ms / 60_000:.1f} min"


def _bar(step: Step, clock: Clock) -> dict[str, str]:
    """Where the bars of a step lie on the axis, in per cent: of its wait, and of its call."""
    start = clock.place(step.at_ms)
    end = 1.0 if step.ms is None else clock.place(step.at_ms + step.ms)
    put = clock.place(step.at_ms - (step.waited_ms or 0.0))
    return {
        "left": _percent(start),
        "width": _percent(end - start),
        "put": _percent(put),
        "wait": _percent(start - put),
    }


def _stripes(clock: Clock) -> str:
    """Folded stretches as one background for all rows."""
    stops = "".join(
        f",transparent {_percent(fold.left)},var(--fold) {_percent(fold.left)} {_percent(fold.left + fold.width)},"
        f"transparent {_percent(fold.left + fold.width)}"
        for fold in clock.folds
    )
    return f"linear-gradient(90deg,transparent 0{stops})" if stops else "none"


def _percent(share: float) -> str:
    return f"{share * 100:.2f}%"


def _truncate(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    return f"{text[:limit]}\n… {len(text) - limit:,} more characters are in the table of steps"


def _style() -> str:
    """Colours as variables, chosen as those of the picture are."""
    light, dark = _variables({**LIGHT, **JOURNEY_LIGHT}), _variables({**DARK, **JOURNEY_DARK})
    themes = (
        f"{HERE}{{color-scheme:light;{light}}}",
        f"@media (prefers-color-scheme:dark){{{HERE}{{color-scheme:dark;{dark}}}}}",
        f"[data-jp-theme-light=true] {HERE}{{color-scheme:light;{light}}}",
        f"[data-jp-theme-light=false] {HERE}{{color-scheme:dark;{dark}}}",
    )
    return "\n".join((*themes, _file("player.css")))


def _variables(colours: Mapping[str, str]) -> str:
    return ";".join(f"--{role}:{colour}" for role, colour in colours.items())


def _file(name: str) -> str:
    return (files("shoplib.architecture.journey") / name).read_text(encoding="utf-8")


def _render(name: str, **content: Any) -> str:
    from jinja2 import Environment

    return Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(_file(name)).render(**content)
