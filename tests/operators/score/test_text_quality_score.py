"""text_quality_score: high is good; by rules about form offline, by a classifier otherwise."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from dataflow_agent.operators.core import Context, InvalidInput
from dataflow_agent.operators.core.testing import apply_rows
from dataflow_agent.operators.score._quality_rules import Ramp, combined
from dataflow_agent.operators.score._transformer import open_classifier
from dataflow_agent.operators.score.text_quality_score import TextQualityScore
from hypothesis import given
from hypothesis import strategies as st

Make = Callable[..., Path]
CLEAN = (
    "The river rises in the hills above the town and takes three days to reach the sea. In spring the water is high "
    "and brown, and the farmers on the low fields watch it with some worry. By the end of summer a child can walk "
    "across it without getting wet. Most people who live here know its habits better than those of their neighbours. "
    "They build on stone, keep a boat in the shed, and never plant the good apples near the bank. When strangers ask "
    "why, somebody points at a mark on the church wall, high above the door, and says nothing more about the matter."
)


def scores(texts: list[Any], resources: dict[str, str] | None = None, **options: Any) -> list[float | None]:
    operator, ctx = TextQualityScore(**options), Context(resources=resources or {})
    return [row["text_quality_score"] for row in apply_rows(operator, [{"text": text} for text in texts], ctx)]


def score(text: str) -> float:
    (found,) = scores([text])
    assert found is not None
    return found


@pytest.mark.parametrize(
    "worse",
    [
        CLEAN.upper(),
        "".join(f"<p class='x'>{sentence}</p>" for sentence in CLEAN.split(". ")),
        (CLEAN[:80] + " ") * 6,
        CLEAN.replace("e", "\ufffd"),
        CLEAN.replace(" ", "&nbsp;"),
        CLEAN.replace(". ", "...\n"),
        CLEAN.replace(" a ", " # ").replace(" the ", " #the "),
        "- " + CLEAN.replace(" ", "\n- "),
        CLEAN.replace(",", "").replace(".", ""),
        " ".join("7" if n % 2 else word for n, word in enumerate(CLEAN.split())),
        CLEAN.replace(" ", ""),
        CLEAN[:60],
        f"{CLEAN} {'lorem ipsum dolor sit amet ' * 3}",
    ],
    ids=str.split(
        "capitals markup repetition broken entities ellipses symbols bullets unpunctuated numbers unspaced short filler"
    ),
)
def test_each_fault_costs(worse: str) -> None:
    assert score(worse) < score(CLEAN)


def test_clean_prose_is_near_the_top_in_scripts_without_spaces_too() -> None:
    chinese = (
        "河流发源于城镇上方的山丘，三天后流入大海。" * 2
        + "春天水位高涨，农民们忧心忡忡地望着。夏末，孩子可以走过去，水不到膝盖。"
    )
    assert 0.9 < score(CLEAN) <= 1
    assert score(chinese + "这里的人比邻居更了解它的习性。他们在石头上建房，从不在岸边种好苹果，也不多说什么。") > 0.75


def test_the_example_is_the_mean_and_the_least_of_its_rules() -> None:
    # Five words of 100, two sentences of five, a mean word length of 3.6 between 2 and 4; the other 12 rules hold.
    parts = [5 / 100, 2 / 5, (3.6 - 2) / 2, *[1.0] * 12]
    assert score("It rained. We stayed in.") == round((sum(parts) / 15 + 0.05) / 2, 4)
    # In capitals one more rule is broken.
    assert score("IT RAINED. WE STAYED IN.") == round((sum(parts) - 1) / 15 / 2, 4)


@pytest.mark.parametrize(("value", "expected"), [(2.0, 0.0), (1.9, 0.0), (2.5, 0.5), (3.0, 1.0), (9.0, 1.0)])
def test_a_ramp_is_level_beyond_its_ends(value: float, expected: float) -> None:
    assert Ramp(2, 3).of(pl.Series([value, None])).to_list() == [expected, None]
    assert Ramp(-2, -3).of(pl.Series([-value])).to_list() == [expected]


def test_a_rule_with_nothing_to_measure_is_left_out() -> None:
    assert combined([pl.Series([0.5, 0.5]), pl.Series([1.0, None])]).to_list() == [(0.75 + 0.5) / 2, 0.5]


def test_texts_without_words_have_nothing_good_and_what_is_no_text_has_no_score() -> None:
    assert scores(["", " \n", "... !!", None, 5, ["a"]]) == [0.0, 0.0, 0.0, None, None, None]


@given(st.text(max_size=200))
def test_the_score_is_between_0_and_1(text: str) -> None:
    assert 0 <= score(text.encode("utf-8", "replace").decode()) <= 1


@pytest.mark.parametrize(
    ("options", "hint"),
    [
        ({"head": "probability", "label": "good"}, "are for backend transformers"),
        ({"label": "good"}, "are for backend transformers"),
        ({"backend": "transformers", "model": "m", "head": "probability"}, "needs label"),
        ({"backend": "transformers", "model": "m", "head": "expected_label", "label": "x"}, "leave label out"),
        ({"backend": "transformers", "model": "m", "label_weights": {"a": 1}}, "for head expected_label"),
    ],
)
def test_options_that_do_not_fit_each_other_are_refused(options: dict[str, Any], hint: str) -> None:
    with pytest.raises(ValueError, match=hint):
        TextQualityScore(**options)


TEXTS = ["the cat sat", "a big red dog ran on the mat .", "", None]


@pytest.mark.torch
def test_a_regression_head_is_its_output_and_of_several_that_of_the_label(tiny_classifier: Make) -> None:
    one, four = str(tiny_classifier("one", labels=["edu"])), str(tiny_classifier("four", labels=["a", "b", "c", "d"]))
    values = open_classifier("m", {"m": one}, "test").values(["the cat sat", "a big red dog ran on the mat .", ""])
    found = scores(TEXTS, {"m": one}, backend="transformers", model="m")
    assert found[:3] == pytest.approx(list(values), abs=1e-4)
    assert found[3] is None
    outputs = open_classifier("m", {"m": four}, "test").logits(["the cat sat"])
    assert scores(["the cat sat"], {"m": four}, backend="transformers", model="m", label="c") == [
        pytest.approx(outputs[0, 2], abs=1e-4)
    ]
    with pytest.raises(InvalidInput, match="set label to one of a, b, c, d"):
        scores(TEXTS, {"m": four}, backend="transformers", model="m")


@pytest.mark.torch
def test_the_expected_label_weighs_probabilities(tiny_classifier: Make) -> None:
    # The reference's text book filter keeps [0.99, 1] of a scale of 1 to 5, so only what is surely bad.
    folder = str(tiny_classifier(labels=["Low", "Mid", "High"]))
    chances = open_classifier("m", {"m": folder}, "test").label_probabilities(["the cat sat"])[0]
    expected = chances[0] * 1 + chances[1] * 3 + chances[2] * 5
    options: dict[str, Any] = {"backend": "transformers", "model": "m", "head": "expected_label"}
    weights = {"Low": 1, "Mid": 3, "High": 5}
    assert scores(["the cat sat"], {"m": folder}, **options, label_weights=weights) == [
        pytest.approx(expected, abs=1e-4)
    ]
    for bad in (None, {"Low": 1}, {**weights, "Top": 7}):
        with pytest.raises(InvalidInput, match="Low, Mid, High"):
            scores(["the cat sat"], {"m": folder}, **options, label_weights=bad)


@pytest.mark.torch
def test_labels_with_one_number_in_their_names_weigh_that(tiny_classifier: Make) -> None:
    folder = str(tiny_classifier(labels=["1 star", "2 stars", "5 stars"]))
    chances = open_classifier("m", {"m": folder}, "test").label_probabilities(["the cat sat"])[0]
    assert scores(["the cat sat"], {"m": folder}, backend="transformers", model="m", head="expected_label") == [
        pytest.approx(chances[0] + 2 * chances[1] + 5 * chances[2], abs=1e-4)
    ]


@pytest.mark.torch
def test_the_probability_of_a_label_is_the_score(tiny_classifier: Make) -> None:
    folder = str(tiny_classifier())
    options: dict[str, Any] = {"backend": "transformers", "model": "m", "head": "probability"}
    good = scores(TEXTS, {"m": folder}, **options, label="good")
    bad = scores(TEXTS, {"m": folder}, **options, label="bad")
    sums = [None if one is None or other is None else one + other for one, other in zip(good, bad, strict=True)]
    assert sums == [*[pytest.approx(1, abs=2e-4)] * 3, None]
    with pytest.raises(InvalidInput, match="no label 'fine'"):
        scores(TEXTS, {"m": folder}, **options, label="fine")


@pytest.mark.torch
def test_a_regression_has_no_labels_to_weigh_which_is_said_before_any_row(tiny_classifier: Make) -> None:
    folder = str(tiny_classifier(labels=["1"]))
    for options in ({"head": "expected_label"}, {"head": "probability", "label": "1"}):
        with pytest.raises(InvalidInput, match="single output"):
            TextQualityScore(backend="transformers", model="m", **options).open(Context(resources={"m": folder}))


@pytest.mark.torch
def test_a_long_text_is_cut_or_read_whole(tiny_classifier: Make) -> None:
    options: dict[str, Any] = {"backend": "transformers", "model": "m"}
    resources = {"m": str(tiny_classifier(labels=["edu"]))}
    start = "the cat sat " * 10
    texts = [start, start + "2 6 2 6 2 6 2 6"]
    cut = scores(texts, resources, **options)
    whole = scores(texts, resources, **options, long_texts="mean")
    assert cut[0] == cut[1] == whole[0]
    assert whole[1] != whole[0]
