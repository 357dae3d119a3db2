"""Whatever is taken out of a template of ours, exactly the connections that it alone said leave the picture."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from shoplib import architecture
from shoplib.provision.template import plain
from tests.contract import sam_reading
from tests.contract.patterns import template
from tests.contract.sam_reading import Saying


def body_of(pattern: str) -> dict[str, Any]:
    return plain(deepcopy(template(pattern).body))


BODIES = {name: body_of(name) for name in architecture.patterns()}
PARTS = {name: sam_reading.parts(body) for name, body in BODIES.items()}
TAKEN = [(name, path) for name, parts in PARTS.items() for path in parts if len(path) > 2]
NAMES = ["-".join(map(str, (name, *path[1:]))).replace("-Properties", "") for name, path in TAKEN]


def drawn(body: dict[str, Any], pattern: str, folder: Path) -> set[Saying]:
    path = folder / pattern / "template.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(yaml.safe_dump(body, sort_keys=False))
    model = architecture.from_template(path).model
    return {(*edge.key, verb) for edge in model.edges for verb in edge.verbs}


@pytest.mark.parametrize("pattern", BODIES)
def test_the_picture_says_what_the_text_says(pattern: str, tmp_path: Path) -> None:
    said = sam_reading.connections(set().union(*PARTS[pattern].values()))
    assert drawn(BODIES[pattern], pattern, tmp_path) == said


def test_every_kind_of_part_is_taken_out() -> None:
    kinds = {next(key for key in reversed(path) if key in KINDS) for _, path in TAKEN}
    assert kinds == KINDS and len(TAKEN) > 80


KINDS = {"Events", "Policies", "Variables", "RedrivePolicy", "DeadLetterQueue", "Location", "OutputLocation"}


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
