"""The coverage matrix: nothing of the paper is missing, and what it claims is there."""

import re

from shoplib.teaching import checklist, coverage

COUNTS = {"P": 19, "C": 40, "F": 4, "I": 4, "AG": 8, "L": 11, "D": 12, "W": 11, "Q": 12, "K": 3, "N": 11}


def test_every_id_of_the_paper_is_there_once() -> None:
    ids = [item.id for section in checklist.sections().values() for item in section]
    assert len(ids) == len(set(ids)) == sum(COUNTS.values())
    counts = {letters: sum(re.match(r"[A-Z]+", id)[0] == letters for id in ids) for letters in COUNTS}  # type: ignore[index]
    assert counts == COUNTS


def test_what_is_claimed_is_there() -> None:
    assert coverage.faults() == []


def test_the_committed_matrix_is_what_the_sources_say() -> None:
    written = coverage.FILE.read_text(encoding="utf-8")
    assert written == coverage.text(), f"docs/paper-coverage.md is not up to date: run `{coverage.COMMAND}`"


def test_a_claim_that_is_stale_is_named() -> None:
    made_up = checklist.Item(
        "X1", "", "run", "", ("shoplib/nowhere.py",), ("tests/contract/test_readme.py::test_never",)
    )
    unproven = checklist.Item("X2", "", "simulated", "")
    found = [*coverage._faults(made_up), *coverage._faults(unproven)]
    assert found == [
        "X1: shoplib/nowhere.py is not there",
        "X1: tests/contract/test_readme.py::test_never is not there",
        "X2: what runs or is simulated names its place and a test",
    ]
