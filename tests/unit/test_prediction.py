import pytest

from shoplib.lessons import predict


def test_a_blank_exercise_fails_and_says_what_to_do():
    verdict = predict("Which status?", ...).check(401)
    assert not verdict
    assert "replace the dots" in repr(verdict)


def test_a_right_prediction_passes_and_hides_the_hints():
    verdict = predict("Which status?", 401).check(401, hints=["Who checks the token?"])
    assert verdict
    assert "Hint" not in verdict._repr_html_()


def test_a_wrong_prediction_shows_what_was_observed_and_the_hints_in_order():
    verdict = predict("Which status?", 404).check(401, hints=["Who checks the token?", "It starts with 4."])
    assert not verdict
    text = repr(verdict)
    assert "404" in text
    assert "401" in text
    assert text.index("hint 1") < text.index("hint 2")


@pytest.mark.parametrize(
    ("predicted", "observed"),
    [("202", 202), ("orders->stock", "Orders -> Stock"), (" CatalogFunction", "catalogfunction")],
)
def test_what_is_meant_counts_not_how_it_is_typed(predicted, observed):
    assert predict("?", predicted).check(observed)


@pytest.mark.parametrize(("predicted", "observed"), [(True, 1), ("20", 202), (None, "None"), ([1], "[1]")])
def test_another_answer_is_another_answer(predicted, observed):
    assert not predict("?", predicted).check(observed)


def test_html_escapes_what_the_learner_typed():
    assert "<script>" not in predict("<script>", "<script>").check("x")._repr_html_()
