"""Whatever is taken out of a template of ours, exactly the connections that it alone said leave the picture."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from shoplib import architecture
from shoplib.provision.template import plain
from tests.contract import sam_reading
from tests.contract.patterns import template
from tests.contract.sam_reading import Saying
from tests.nightly import sized


def body_of(pattern: str) -> dict[str, Any]:
    return plain(deepcopy(template(pattern).body))


BODIES = {name: body_of(name) for name in architecture.patterns()}
PARTS = {name: sam_reading.parts(body) for name, body in BODIES.items()}
KINDS = {"Events", "Policies", "Variables", "RedrivePolicy", "DeadLetterQueue", "Location", "OutputLocation"}
EVERY = [(name, path) for name, parts in PARTS.items() for path in parts if len(path) > 2]


def kind_of(path: sam_reading.Path) -> str:
    return next(str(key) for key in reversed(path) if key in KINDS)


def some() -> list[tuple[str, sam_reading.Path]]:
    """Of each pattern the first and the last part of each kind."""
    firsts = {(name, kind_of(path)): (name, path) for name, path in reversed(EVERY)}
    lasts = {(name, kind_of(path)): (name, path) for name, path in EVERY}
    return [part for part in EVERY if part in firsts.values() or part in lasts.values()]


TAKEN = sized(EVERY, some())
NAMES = ["-".join(map(str, (name, *path[1:]))).replace("-Properties", "") for name, path in TAKEN]


def drawn(body: dict[str, Any], pattern: str, folder: Path) -> set[Saying]:
    path = folder / pattern / "template.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(body))  # which is YAML, and written a hundred times as fast
    model = architecture.from_template(path).model
    return {(*edge.key, verb) for edge in model.edges for verb in edge.verbs}


@pytest.mark.parametrize("pattern", BODIES)
def test_the_picture_says_what_the_text_says(pattern: str, tmp_path: Path) -> None:
    said = sam_reading.connections(set().union(*PARTS[pattern].values()))
    assert drawn(BODIES[pattern], pattern, tmp_path) == said


def test_every_kind_of_part_is_taken_out() -> None:
    assert {kind_of(path) for _, path in TAKEN} == KINDS and len(EVERY) > 80


LEAVES_A_GAP = {"Events", "RedrivePolicy", "DeadLetterQueue", "Location", "OutputLocation"}


@pytest.mark.parametrize(("pattern", "part"), TAKEN, ids=NAMES)
def test_taking_a_part_out_changes_exactly_what_it_said(pattern: str, part: sam_reading.Path, tmp_path: Path) -> None:
    body = deepcopy(BODIES[pattern])
    sam_reading.without(body, part)
    before = sam_reading.connections(set().union(*PARTS[pattern].values()))
    left = sam_reading.connections(set().union(*(said for path, said in PARTS[pattern].items() if path != part)))
    after = drawn(body, pattern, tmp_path)
    assert (before - after, after - before) == (before - left, left - before)
    if LEAVES_A_GAP & set(part):
        assert before - after, "what is gone must leave a gap"
