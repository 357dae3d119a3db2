"""The watch behind `shoplib deploy --watch`: files change, followers update, and each change is an event."""

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from shoplib.errors import LabError
from shoplib.provision.affected_sources import folders, select_affected
from shoplib.provision.hot_reload import STACK, Follower

# A change that concerns none of a template's files, and one after which everything runs as it did.
UNTOUCHED, CURRENT = "untouched", "current"
# Saves closer together than this are one change; a longer burst is cut after the second figure.
QUIET_MILLISECONDS = 50
LONGEST_BURST_MILLISECONDS = 1600
# How often the watch looks up without a change: it begins with that.
PULSE_MILLISECONDS = 250
# A file that was moved here keeps its old date: then the save is when it was seen.
OLDEST_SAVE_SECONDS = 5.0


@dataclass(frozen=True)
class Event:
    """`kind`: watching, code (functions run new code), stack (deployed again), refused, current (as deployed again), or
    failed (a function that was called).

    `resources` are logical ids (or folders that are watched), `seconds` from save to live, `message` and `next` why
    a change was refused, or what a function failed with.
    """

    kind: str
    stack: str = ""
    resources: tuple[str, ...] = ()
    seconds: float | None = None
    message: str = ""
    next: str = ""


def follow(followers: Sequence[Follower]) -> Iterator[Event]:
    """Yield events until the caller stops iterating. Files saved before the watch began are detected at its start."""
    refused: set[str] = set()
    while True:
        watched = _folders(followers)
        for changed in _changes(watched):
            if changed is None:
                yield Event("watching", resources=tuple(map(str, watched)))
            yield from _failures(followers)
            if changed == set():
                continue
            yield from _round(followers, changed, refused)
            if _folders(followers) != watched:
                break  # a template names another folder now


def _failures(followers: Sequence[Follower]) -> Iterator[Event]:
    for follower in followers:
        for function, why in follower.failures():
            yield Event("failed", follower.stack.name, (function,), message=why, next=f"shoplib logs {function}")


def _folders(followers: Sequence[Follower]) -> list[Path]:
    sources = [source for each in followers for source in each.sources]
    return [path for path in folders([each.plan.template.path for each in followers], sources) if path.is_dir()]


def _changes(watched: list[Path]) -> Iterator[set[Path] | None]:
    """Sets of changed files, empty ones while nothing changes; first None, once the system reports them."""
    from watchfiles import DefaultFilter, watch

    if not watched:
        raise LabError(
            "nothing left to watch: the templates' folders were deleted", "deploy again from their new place"
        )
    started = False
    try:
        for batch in watch(
            *watched,
            watch_filter=DefaultFilter(),
            debounce=LONGEST_BURST_MILLISECONDS,
            step=QUIET_MILLISECONDS,
            rust_timeout=PULSE_MILLISECONDS,
            yield_on_timeout=True,
        ):
            if not started:
                started = True
                yield None
            yield {Path(path) for _, path in batch}
    except OSError as error:
        raise LabError(
            f"the system cannot watch {', '.join(map(str, watched))}: {error}", "are there too many files?"
        ) from None


def _round(followers: Sequence[Follower], changed: set[Path] | None, refused: set[str]) -> Iterator[Event]:
    """What one set of changes does; None looks at everything. Outputs that changed are inputs of those that follow."""
    saved, rewired = _last_save(changed), False
    for follower in followers:
        name, outputs = follower.plan.stack_name, follower.stack.outputs
        try:
            kind, resources = _update(follower, changed, rewired)
        except (LabError, OSError, UnicodeDecodeError) as error:
            refused.add(name)
            yield Event("refused", name, message=getattr(error, "what", str(error)), next=getattr(error, "next", ""))
            continue
        rewired = rewired or follower.stack.outputs != outputs
        if resources:
            yield Event(kind, name, tuple(resources), round(max(time.time() - saved, 0.0), 3))
        elif kind == CURRENT and name in refused:
            yield Event(CURRENT, name)
        if kind != UNTOUCHED:
            refused.discard(name)


def _update(follower: Follower, changed: set[Path] | None, rewired: bool) -> tuple[str, list[str]]:
    """The kind of what was done, and the logical ids of what runs anew."""
    affected = follower.sources if changed is None else select_affected(follower.sources, changed)
    path = follower.plan.template.path.resolve()
    if not (rewired or affected or changed is None or path in changed):
        return UNTOUCHED, []
    if rewired or follower.template_changed():
        done = follower.deploy_again()
        return (STACK, done) if done else (CURRENT, [])
    new = follower.select_changed(affected)
    return follower.update(new) if new else (CURRENT, [])


def _last_save(changed: set[Path] | None) -> float:
    """When the last of these files was written (epoch seconds); now, when none of them says."""
    now = time.time()
    return max(
        (each for each in _modification_times(changed or ()) if now - OLDEST_SAVE_SECONDS < each <= now), default=now
    )


def _modification_times(paths: Iterable[Path]) -> Iterator[float]:
    for path in paths:
        with suppress(OSError):  # deleted: it has no date
            yield path.stat().st_mtime
