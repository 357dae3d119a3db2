"""What a learner answers is judged by what is meant, and a wrong answer is helped, not told."""

import itertools
import re

import nbformat
import pandas as pd
import pytest

from shoplib.lessons import predict
from shoplib.lessons.exercises import every_exercise, exercise
from tests.notebooks.conftest import NOTEBOOKS, question_of

HINTS = ["Who checks the token?", "It starts with 4."]
fresh = itertools.count()


def question() -> str:
    """One that nobody has answered in this process."""
    return f"Which status? ({next(fresh)})"


def test_a_blank_exercise_fails_and_says_what_to_do():
    verdict = predict(question(), ...).check(401)
    assert not verdict
    assert predict(question()).check(401).headline == verdict.headline
    assert "replace the dots" in repr(verdict)
    assert "401" not in repr(verdict) + verdict._repr_html_()


def test_a_right_prediction_passes_without_hints():
    verdict = predict(question(), 401).check(401, hints=HINTS)
    assert verdict
    assert "hint" not in verdict._repr_html_()


def test_each_wrong_answer_opens_one_hint_and_the_last_one_the_truth():
    asked, said = question(), []
    for wrong in (403, 404, 405):
        verdict = predict(asked, wrong).check(401, hints=HINTS)
        assert not verdict
        said.append(repr(verdict) + verdict._repr_html_())
    assert [text.count(" hint: ") for text in said] == [2, 4, 4]  # as text and as HTML
    assert ["401" in text for text in said] == [False, False, True]
    assert "403" in said[0]


def test_the_same_wrong_answer_again_opens_nothing():
    asked = question()
    first, again = (repr(predict(asked, wrong).check(401, hints=HINTS)) for wrong in (403, "403"))
    assert (first.count(" hint: "), again.count(" hint: ")) == (1, 1)


@pytest.mark.parametrize(
    ("predicted", "observed"),
    [
        ("202", 202),
        (202.0, 202),
        ("202 Accepted", 202),
        ("eight mugs", 8),
        ("True", True),
        (" yes ", True),
        ("false", False),
        (" CatalogFunction", "catalogfunction"),
        *((f"orders{arrow}stock", "Orders -> Stock") for arrow in ("->", "→", " => ", " --> ", " ⟶ ")),
        ("3. Orders → Stock: reserves what was ordered", "Orders -> Stock"),
        (("Orders", "Stock"), "Orders -> Stock"),
    ],
)
def test_what_is_meant_counts_not_how_it_is_typed(predicted, observed):
    assert predict(question(), predicted).check(observed)


@pytest.mark.parametrize(
    ("predicted", "observed"),
    [
        (True, 1),
        (1, True),
        ("20", 202),
        ("200 or 202", 202),
        (None, "None"),
        ([1], "[1]"),
        ("True", False),
        ("maybe", True),
        ("Stock -> Orders", "Orders -> Stock"),
        ("Orders", "Orders -> Stock"),
        (202.5, 202),
    ],
)
def test_another_answer_is_another_answer(predicted, observed):
    assert not predict(question(), predicted).check(observed)


@pytest.mark.parametrize("said", ["equal to", "Equal", "equals", "the same", "=="])
def test_ways_to_say_equal(said):
    for asked, observed in (
        ("The countries' revenue together, compared with the whole", "equal"),
        ("Sessions with a purchase, read from the spoilt lake, compared with the truth", "equal to"),
    ):
        assert predict(asked, said).check(observed)
        assert not predict(asked, "more").check(observed)


@pytest.mark.parametrize("said", ["NA", "empty", pd.NA, None, float("nan"), "N/A", "missing"])
def test_ways_to_say_that_nobody_knows(said):
    asked = "Cells of the cohort table after the last month"
    assert predict(asked, said).check("empty")
    assert not predict(asked, 0).check("empty")


def test_html_escapes_what_the_learner_typed():
    assert "<script>" not in predict("<script>", "<script>").check("x")._repr_html_()


def test_every_question_of_the_lessons_has_hints_and_no_hint_is_left_over():
    lessons = [nbformat.read(path, as_version=4) for path in NOTEBOOKS]
    asked = {question_of(cell) for lesson in lessons for cell in lesson.cells} - {None}
    assert asked == set(every_exercise())
    assert all(len(each.hints) == 3 for each in every_exercise().values())


def test_a_remark_on_a_wrong_answer_does_not_name_the_right_one():
    lessons = [nbformat.read(path, as_version=4) for path in NOTEBOOKS]
    for cell in (cell for lesson in lessons for cell in lesson.cells if question_of(cell)):
        truth = cell.metadata.shoplib.solution.strip('"')
        asked = exercise(question_of(cell))
        said = [*asked.remarks.values(), *asked.hints[:1]]
        assert not [text for text in said if re.search(rf"\b{re.escape(truth)}\b", text)], asked.question
        assert truth not in asked.remarks
