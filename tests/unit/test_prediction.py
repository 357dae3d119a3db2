"""What a learner answers is judged by what is meant, and a wrong answer is helped, not told."""

import itertools
import re
from collections import defaultdict
from html import escape

import nbformat
import pandas as pd
import pytest

from shoplib.lessons import predict, prediction, progress
from shoplib.lessons.answers import matches
from shoplib.lessons.exercises import every_exercise
from tests.notebooks.conftest import NOTEBOOKS, exercise_of

HINTS = ["Who checks the token?", "It starts with 4.", "It is no 403."]
every = pytest.mark.parametrize("asked", every_exercise().values(), ids=lambda asked: f"{asked.lesson}-{asked.name}")
fresh = itertools.count()


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """Of nobody who has answered or passed anything before."""
    monkeypatch.setenv("SHOPLIB_STATE_DIR", str(tmp_path))
    monkeypatch.setattr(prediction, "_forms", {})
    monkeypatch.setattr(prediction, "_wrong_answers", defaultdict(list))


def widget_of(prediction):
    """What the cell shows below it."""
    assert "application/vnd.jupyter.widget-view+json" in prediction._repr_mimebundle_()
    return prediction._form.show()


def form_of(prediction):
    """The buttons or the field."""
    return widget_of(prediction).children[1]


def question() -> str:
    """One that nobody has answered in this process."""
    return f"Which status? ({next(fresh)})"


def test_a_blank_exercise_fails_and_says_what_to_do():
    verdict = predict(question(), ...).check(401, hints=HINTS)
    assert not verdict
    assert predict(question()).check(401).headline == verdict.headline
    assert "Choose or type your answer" in repr(verdict)
    assert HINTS[0] in repr(verdict)
    assert "401" not in repr(verdict) + verdict._repr_html_()


def test_a_right_prediction_passes_without_hints():
    verdict = predict(question(), 401).check(401, hints=HINTS)
    assert verdict
    assert "Hint" not in verdict._repr_html_()


def test_each_wrong_answer_opens_one_hint_and_the_third_one_the_truth():
    asked, texts = question(), []
    for wrong in (403, 404, 405):
        verdict = predict(asked, wrong).check(401, hints=HINTS)
        assert not verdict
        texts.append(repr(verdict) + verdict._repr_html_())
    assert [text.count("Hint: ") for text in texts] == [2, 2, 2]  # as text and as HTML
    assert [HINTS[0] in text for text in texts] == [True, False, False]
    assert ["401" in text for text in texts] == [False, False, True]
    assert "Not yet" in texts[0]


def test_the_same_wrong_answer_again_is_no_further_try():
    asked = question()
    texts = [repr(predict(asked, wrong).check(401, hints=HINTS)) for wrong in (403, "403", 403, 403)]
    assert all(HINTS[0] in text and "401" not in text for text in texts)


@pytest.mark.parametrize(
    ("answer", "observed", "form"),
    [
        ("many", 401, "one number"),
        ("200 or 202", 202, "one number"),
        ("maybe", True, "yes or no"),
        ("A", "A -> B", "->"),
    ],
)
def test_an_answer_of_another_kind_is_told_which_kind_is_wanted(answer, observed, form):
    assert form in repr(predict(question(), answer).check(observed, hints=HINTS))


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
        ("Stock <- Orders", "Orders -> Stock"),
        ("from Orders to Stock", "Orders -> Stock"),
        ("`Orders` > `Stock`", "Orders -> Stock"),
        ("HTTP/1.1 202 Accepted", 202),
        *(
            (number, 1000)
            for number in ("1,000", "1.000", "1 000", "1\N{NO-BREAK SPACE}000", "1'000", "1_000", "1e3", "1k")
        ),
        *((number, 1234567.5) for number in ("1,234,567.5", "1.234.567,5", "1234567.5", "1 234 567,5")),
        ("-3", -3),
        ("£12.50", 12.5),
        ("a dozen", 12),
        ("eight (8)", 8),
        ("twenty-one", 21),
        ("two hundred and five orders", 205),
        ("three thousand two hundred", 3200),
        (".5", 0.5),
        ("12,50 €", 12.5),
        ("none", 0),
        ("about 3,5 MB", 3.5),
        ("50 %", 0.5),
        ("Yes, always.", True),
        ("nope", False),
        ("the CatalogFunction", "CatalogFunction"),
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
        ("1,000", 1),
        ("0.5", 5),
        ("10-12", 10),
        ("one or two", 1),
        ("someone", 1),
        ("-3", 3),
        ("", 0),
        ("not yes", True),
        ("Orders <- Stock", "Orders -> Stock"),
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


@pytest.mark.parametrize(
    ("answer", "unit", "observed"),
    [
        ("2 s", "s", 2),
        ("2", "s", 2),
        ("2000 ms", "s", 2),
        ("2 min", "s", 120),
        ("two seconds", "s", 2),
        ("2 KB", "b", 2000),
    ],
)
def test_units_are_converted(answer, unit, observed):
    assert matches(answer, observed, unit=unit)
    assert not matches(answer, observed + 1, unit=unit)


def test_another_unit_is_another_answer():
    assert not matches("2 ms", 2, unit="s")
    assert not matches("2 MB", 2, unit="s")


def test_a_form_keeps_its_answer_when_the_cell_runs_again():
    asked = every_exercise()["POST /checkout answers with status"].question
    choices = form_of(predict(asked))
    choices.value = "200"
    again = predict(asked)
    assert again.answer == "200"
    assert form_of(again).value == "200"
    assert not again.check(202)
    choices.value = "202"
    assert predict(asked).check(202)
    assert predict(asked, 201).answer == 201, "what is passed in code counts"


def test_a_field_takes_text_and_an_empty_one_is_no_answer():
    asked = "Mugs left after the same order was delivered twice"
    field = form_of(predict(asked))
    field.value = "eight"
    assert predict(asked).check(8)
    field.value = " "
    assert predict(asked).answer is ...


def test_the_answer_is_shown_on_request():
    asked = every_exercise()["Messages in the dead-letter queue"]
    _, _, on_request = widget_of(predict(asked.question)).children
    button, place = on_request.children
    assert place.value == ""
    button.click()
    assert escape(asked.because) in place.value
    assert asked.because in predict(asked.question).solution()


def test_without_widgets_a_question_is_text():
    bundle = predict("Messages in the dead-letter queue", 3)._repr_mimebundle_()
    assert bundle == {"text/plain": "Messages in the dead-letter queue: 3"}


@every
def test_a_right_answer_passes_after_a_blank_one_and_wrong_ones(asked):
    assert asked.hints[0] in repr(predict(asked.question).check(asked.solution))
    assert not predict(asked.question, "something else").check(asked.solution)
    for _ in range(2):
        verdict = predict(asked.question, asked.answer).check(asked.solution)
        assert verdict
        assert asked.because in repr(verdict)
    assert asked.question in progress(asked.lesson).passed


@every
def test_each_typical_wrong_answer_gets_the_hint_that_fits_it(asked):
    assert len(asked.remarks) >= 3
    for wrong, remark in asked.remarks.items():
        predict(asked.question, asked.answer).check(asked.solution)  # the tries begin again
        for said in (wrong, f" {wrong.upper()} ", *asked.synonyms.get(wrong, ())):
            verdict = predict(asked.question, said).check(asked.solution)
            assert (bool(verdict), verdict.help, verdict.shows_answer) == (False, (f"Hint: {remark}",), False), said
            predict(asked.question, asked.answer).check(asked.solution)


@every
def test_the_third_wrong_answer_shows_the_truth_and_why(asked):
    predict(asked.question, asked.answer).check(asked.solution)
    verdicts = [predict(asked.question, wrong).check(asked.solution) for wrong in list(asked.remarks)[:3]]
    assert [each.shows_answer for each in verdicts] == [False, False, True]
    assert [asked.because in repr(each) for each in verdicts] == [False, False, True]


@every
def test_no_remark_and_no_first_hint_names_the_right_answer(asked):
    said = [*asked.remarks.values(), *asked.hints[:1]]
    assert not [text for text in said if re.search(rf"\b{re.escape(asked.answer)}\b", text)]
    assert not [
        wrong for wrong in asked.remarks if matches(wrong, asked.solution, asked.synonyms.get(asked.answer, ()))
    ]


@every
def test_an_exercise_is_whole(asked):
    assert len(asked.hints) == 3
    assert asked.because
    assert not asked.choices or asked.answer in asked.choices


def test_every_question_of_the_lessons_has_its_source_and_none_is_left_over():
    lessons = [nbformat.read(path, as_version=4) for path in NOTEBOOKS]
    asked = [exercise_of(cell) for lesson in lessons for cell in lesson.cells]
    assert [each.question for each in asked if each] == list(every_exercise())
